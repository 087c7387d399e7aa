import { arch, cpus, platform, totalmem } from "node:os";
import { type Section, table } from "./part.ts";

const intro = `# Benchmarks

\`npm run bench\` makes this page; \`npm run bench -- cost\` makes one part of it anew. Times depend on the machine, so they stand
beside something else that was measured on it in the same run. What is counted does not.`;

/** The page with one part's section made anew; those of the other parts stay as they are in the page before. */
export function page(before: string, parts: readonly string[], name: string, section: Section): string {
  const sections = parts.map((part) => (part === name ? sectionOf(part, section) : sectionIn(before, part)));
  return `${[intro, ...sections.filter((text) => text !== "")].join("\n\n")}\n`;
}

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

/** In general terms: what a reader needs to judge the times by. */
function machine(): string {
  const all = cpus();
  const gb = Math.round(totalmem() / 2 ** 30);
  return `${all.length} cores of ${all[0]?.model.trim() ?? "an unknown processor"}, ${gb} GB of memory, ${platform()} ${arch()}, Node ${process.version}`;
}
