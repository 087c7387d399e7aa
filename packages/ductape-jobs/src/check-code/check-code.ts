import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Message } from "esbuild";
import { type CodeEntry, codeRoot, moduleOf } from "../../../../infra/bundle/code-entries.ts";
import { options } from "../../../../infra/bundle/options.ts";
import type { Fault } from "../../../../lambdas/core/kernel/errors.ts";
import { jsonPointer } from "../../../../lambdas/core/kernel/schema.ts";
import type { SourceFinding } from "./finding.ts";
import { findingsOf } from "./findings-of.ts";

/** What is wrong with the code of a catalog, by the place in its source: `file` is a whole path. */
interface CodeFindings {
  faults: CodeFinding[];
  warnings: CodeFinding[];
  /** Entries of the catalog whose modules do not export what they name, by the place of the entry. */
  unexported: Fault[];
}

export type CodeFinding = Pick<SourceFinding, "line" | "column" | "detail"> & {
  file: string;
  rule: SourceFinding["rule"] | "does-not-compile";
};

const ourFolder = fileURLToPath(new URL("../../../../lambdas/", import.meta.url));

interface CheckedCode {
  /** By the tag of the product. */
  entries: Readonly<Record<string, readonly CodeEntry[]>>;
  /** The file of the catalog. */
  catalog: string;
  /** The job events of its products. */
  events: readonly string[];
}

/** Looks at the modules of functions and features, and at the team's own modules that they import. */
export async function checkCode({ entries, catalog, events }: CheckedCode): Promise<CodeFindings> {
  const root = codeRoot(catalog);
  const placed = Object.entries(entries).flatMap(([product, ones]) =>
    ones.map((entry) => ({ ...entry, product, module: moduleOf(entry, catalog) })),
  );
  const sources = await sourcesOf(placed, root);
  if ("faults" in sources) return { ...sources, warnings: [] };
  const found = await Promise.all(
    sources.files.map(async (file) =>
      findingsOf(await readFile(file, "utf8"), file, events).map((one) => ({ file, ...one })),
    ),
  );
  const bySeverity = (wanted: SourceFinding["severity"]) =>
    found.flat().flatMap(({ severity, ...finding }) => (severity === wanted ? [finding] : []));
  return { faults: bySeverity("error"), warnings: bySeverity("warning"), unexported: [] };
}

interface PlacedEntry extends CodeEntry {
  product: string;
  module: string;
}

/** How the file is called that imports what the entries name, in the order of its lines. */
const importing = "the catalog";

/** The team's own files that a bundle of the modules has, or why it cannot be made. */
async function sourcesOf(
  entries: readonly PlacedEntry[],
  root: string,
): Promise<{ files: string[] } | Pick<CodeFindings, "faults" | "unexported">> {
  if (entries.length === 0) return { files: [] };
  const { bundle, format, platform, target, mainFields } = options;
  try {
    const { metafile } = await build({
      ...{ bundle, format, platform, target, mainFields: [...mainFields] },
      ...{ absWorkingDir: root, outdir: "unwritten", write: false, metafile: true },
      stdin: { contents: entries.map(importOf).join("\n"), resolveDir: root, sourcefile: importing },
      packages: "external",
      logLevel: "silent",
    });
    const files = Object.keys(metafile.inputs).flatMap((path) => (path === importing ? [] : [resolve(root, path)]));
    return { files: files.filter((file) => !file.includes("node_modules") && !file.startsWith(ourFolder)) };
  } catch (error) {
    const { errors } = error as { errors?: Message[] };
    if (!errors) throw error;
    const [ofEntries, others] = [errors.filter(isOfEntry), errors.filter((message) => !isOfEntry(message))];
    return {
      faults: others.map((message) => uncompiled(message, root)),
      unexported: ofEntries.map(({ location }) => unexported(entries[Number(location?.line) - 1] as PlacedEntry)),
    };
  }
}

const importOf = ({ module, ...entry }: PlacedEntry, i: number): string =>
  `export { ${JSON.stringify(entry.export)} as _${i} } from ${JSON.stringify(module)};`;

const isOfEntry = ({ location }: Message): boolean => location?.file === importing;

const unexported = ({ product, section, name, module, ...entry }: PlacedEntry): Fault => ({
  pointer: jsonPointer([product, section, name, entry.export === name ? "code" : "export"]),
  detail: `${module} exports no ${entry.export}. Export it by that name, or say with \`export\` which one is meant.`,
});

const uncompiled = ({ text, location }: Message, root: string): CodeFinding => ({
  file: resolve(root, location?.file ?? ""),
  line: location?.line ?? 1,
  column: (location?.column ?? 0) + 1,
  rule: "does-not-compile",
  detail: `does not compile: ${text}`,
});
