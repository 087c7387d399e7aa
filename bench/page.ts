import { arch, cpus, platform, totalmem } from "node:os";
import { type Section, table } from "./part.ts";

const intro = `# Benchmarks

\`npm run bench\` writes this page; \`npm run bench -- cost\` renews one part of it. Times depend on the machine, so each is compared
with something else that was measured on it in the same run. Counts do not depend on it.`;

/** The page with one part's section renewed; those of the other parts stay as they were. */
export function page(before: string, parts: readonly string[], name: string, section: Section): string {
  const sections = parts.map((part) => (part === name ? sectionOf(part, section) : sectionIn(before, part)));
  return `${[intro, measuredOn(sections), ...sections].filter((text) => text !== "").join("\n\n")}\n`;
}

/** Which machines and days the sections are from. */
const measuredOn = (sections: readonly string[]): string =>
  [...new Set(sections.flatMap((text) => /^Measured on .*$/m.exec(text) ?? []))].join("\n\n");

const start = (part: string) => `<!-- ${part} -->`;
const end = (part: string) => `<!-- /${part} -->`;

function sectionIn(before: string, part: string): string {
  const from = before.indexOf(start(part));
  const to = before.indexOf(end(part));
  return from < 0 || to < 0 ? "" : before.slice(from, to + end(part).length);
}

function sectionOf(part: string, { title, targets, text }: Section): string {
  const rows = targets.map(({ what, target, measured, met }) => [what, target, measured, met ? "yes" : "**no**"]);
  return [
    start(part),
    `## ${title}`,
    `Measured on ${machine()}, ${new Date().toISOString().slice(0, 10)}.`,
    ...(rows.length > 0 ? [table(["", "target", "measured", "met"], rows)] : []),
    text,
    end(part),
  ].join("\n\n");
}

/** What a reader needs in order to judge the times. */
function machine(): string {
  const all = cpus();
  const gb = Math.round(totalmem() / 2 ** 30);
  return `${all.length} cores of ${all[0]?.model.trim() ?? "an unknown processor"}, ${gb} GB of memory, ${platform()} ${arch()}, Node ${process.version}`;
}
