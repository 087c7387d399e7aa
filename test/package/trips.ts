import { writeFile } from "node:fs/promises";
import { join } from "node:path";

const product = (steps: string) => `import { defineProduct, parameter } from "ductape-jobs/catalog";

const post = (path: string) => ({ method: "POST", path }) as const;
const input = { params: { guest: "$Input{guest}" }, body: {} };
const undo = { event: "release", input };

export const trips = defineProduct({
  tag: "trips",
  envs: ["prd"],
  jobs: {
    insure: { type: "action", app: "backend", action: "insure" },
    reserve: { type: "action", app: "backend", action: "reserve" },
    release: { type: "action", app: "backend", action: "release" },
    confirm: { type: "action", app: "backend", action: "confirm" },
    book: { type: "feature", feature: "book" },
  },
  apps: {
    backend: {
      envs: { prd: { base_url: parameter("/shop/backend-url") } },
      actions: {
        insure: post("/insured/:guest"),
        reserve: post("/reserved/:guest"),
        release: post("/released/:guest"),
        confirm: post("/confirmed/:guest"),
      },
    },
  },
  features: {
    book: {
      input: { guest: { type: "string" } },
      signals: { paid: {} },
      sequences: { main: [${steps}] },
    },
  },
});
`;

const wait = `{ step: "money", wait: { signal: "paid", key: "$Input{guest}", timeout: "30d" } }`;
const first = `{ event: "reserve", input, undo }, ${wait}, { event: "confirm", input }`;
/** A step before the others, and the first one under another name: a run that followed it would call both. */
const second = `{ event: "insure", input }, { step: "room", event: "reserve", input, undo }, ${wait}, { event: "confirm", input }`;

/** A product with a feature that waits, beside the project's own: as it was written first, or changed. */
export async function writeTrips(project: string, version: "first" | "second"): Promise<void> {
  await writeFile(join(project, "products/trips.ts"), product(version === "first" ? first : second));
  const index = `import { shop } from "./shop.ts";\nimport { trips } from "./trips.ts";\n\nexport const products = [shop, trips];\n`;
  await writeFile(join(project, "products/index.ts"), index);
}
