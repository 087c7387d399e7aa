import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const product = (steps: string) => `import { code, defineProduct, parameter } from "ductape-jobs/catalog";

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
    price: { type: "function", function: "price", timeout_ms: 10_000 },
    break_down: { type: "function", function: "break_down", timeout_ms: 60_000, retries: 0 },
    visit: { type: "feature", feature: "visit" },
  },
  functions: { price: code("../functions/price.ts"), break_down: code("../functions/price.ts") },
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
    visit: code("../features/visit.ts"),
  },
});
`;

const wait = `{ step: "money", wait: { signal: "paid", key: "$Input{guest}", timeout: "30d" } }`;
const first = `{ event: "reserve", input, undo }, ${wait}, { event: "confirm", input }`;
/** A step before the others, and the first one under another name: a run that followed it would call both. */
const second = `{ event: "insure", input }, { step: "room", event: "reserve", input, undo }, ${wait}, { event: "confirm", input }`;

const functions = (perNight: number) => `import { defineFunction } from "ductape-jobs/code";

export const price = defineFunction({
  run: ({ nights }: { nights: number }) => ({ total: nights * ${perNight} }),
});

export const break_down = defineFunction({ run: () => process.exit(3) });
`;

/** Code that a log of the other version does not fit: the second calls \`insure\` before all else. */
const visit = (version: "first" | "second") => `import { defineFeature } from "ductape-jobs/code";
import * as z from "zod";

export const visit = defineFeature({
  signals: { paid: z.unknown() },
  async run(ctx, { guest }: { guest: string }) {
    const input = { params: { guest }, body: {} };
    ${version === "first" ? "" : `await ctx.run("insure", input);`}
    await ctx.run("reserve", input, { undo: () => ctx.run("release", input) });
    const badge = await ctx.step("badge", () => \`${version}: \${guest}\`);
    await ctx.waitForSignal("paid", { key: guest, timeout: "30d" });
    const { total } = await ctx.run<{ total: number }>("price", { payload: { nights: 2 } });
    await ctx.run("confirm", input);
    return { badge, total, by: "${version}" };
  },
});
`;

/**
 * A product with features that wait, one declared and one of code, beside the project's own: as it was written first, or changed. A night
 * costs 10, then 20.
 */
export async function writeTrips(project: string, version: "first" | "second"): Promise<void> {
  for (const folder of ["functions", "features"]) await mkdir(join(project, folder), { recursive: true });
  await writeFile(join(project, "functions/price.ts"), functions(version === "first" ? 10 : 20));
  await writeFile(join(project, "features/visit.ts"), visit(version));
  await writeFile(join(project, "products/trips.ts"), product(version === "first" ? first : second));
  const index = `import { shop } from "./shop.ts";\nimport { trips } from "./trips.ts";\n\nexport const products = [shop, trips];\n`;
  await writeFile(join(project, "products/index.ts"), index);
}
