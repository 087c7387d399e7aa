import { readFileSync, writeFileSync } from "node:fs";
import { privilegesByEntry } from "./privileges.ts";
import { asItIs } from "./synth.ts";

/** The demo's deployment without settings: a reviewer may synthesize the same. `WRITE_PAGES=1 node test/jest.mjs infra` writes it into the page. */
const page = new URL("../../docs/security.md", import.meta.url);
const [begin, end] = ["<!-- As synthesized: test/infra/security-page.cases.ts writes it. -->\n\n", "<!-- End. -->"];

const synthesized = (): string =>
  Object.entries(privilegesByEntry(asItIs().service))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, lines]) => `### ${name}\n\n\`\`\`text\n${lines.length > 0 ? lines.join("\n") : "nothing"}\n\`\`\`\n\n`)
    .join("");

test("the page on security has what each function may do, as synthesized", () => {
  const text = readFileSync(page, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const [written = "", after = ""] = rest.split(end);
  if (process.env.WRITE_PAGES) writeFileSync(page, before + begin + synthesized() + end + after);
  else expect(written).toBe(synthesized());
});
