import { readFileSync, writeFileSync } from "node:fs";
import { products } from "../support/catalog/products.ts";
import { privilegesByEntry } from "./privileges.ts";
import { asItIs, synthesize } from "./synth.ts";

/** The demo's deployment without settings: a reviewer may synthesize the same. `WRITE_PAGES=1 node test/jest.mjs infra` writes it into the page. */
const page = new URL("../../docs/security.md", import.meta.url);
const [begin, end] = ["<!-- As synthesized: test/infra/security-page.cases.ts writes it. -->\n\n", "<!-- End. -->"];

/** Which setting, or what in the catalog, deploys a function that the demo does not have. */
const added: Record<string, string> = {
  "audit-record": "With `jobs:auditLockDays`.",
  indexer: "With `search` in the catalog. The API and the intake may `dynamodb:Query` the same keys then.",
  "sign-in": "With `jobs:signIn`.",
};

/** All that a deployment may have: the demo's functions, and those that are added. */
function everyFunction(): Record<string, string[]> {
  const [first, ...others] = products as readonly { jobs: Record<string, object> }[];
  const create_order = { ...first?.jobs.create_order, search: { order: "$Input{body}{order}" } };
  const rule = { claims: { groups: "ops" }, role: "operator", products: ["my-product"], envs: ["prd"] };
  const client = { issuer: "https://login.example.com", clientId: "jobs", clientSecret: { $secret: "jobs/sign-in" } };
  const { service } = synthesize({ "jobs:auditLockDays": "365", "jobs:signIn": [{ ...client, rules: [rule] }] }, [
    { ...first, jobs: { ...first?.jobs, create_order } },
    ...others,
  ]);
  const usual = privilegesByEntry(asItIs().service);
  const more = Object.entries(privilegesByEntry(service)).filter(([name]) => usual[name] === undefined);
  expect(more.map(([name]) => name).sort()).toEqual(Object.keys(added));
  return { ...usual, ...Object.fromEntries(more) };
}

const synthesized = (): string =>
  Object.entries(everyFunction())
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, lines]) =>
        `### ${name}\n\n${added[name] === undefined ? "" : `${added[name]}\n\n`}\`\`\`text\n${lines.length > 0 ? lines.join("\n") : "nothing"}\n\`\`\`\n\n`,
    )
    .join("");

test("the page on security has what each function may do, as synthesized", () => {
  const text = readFileSync(page, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const [written = "", after = ""] = rest.split(end);
  if (process.env.WRITE_PAGES) writeFileSync(page, before + begin + synthesized() + end + after);
  else expect(written).toBe(synthesized());
});
