import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Message } from "esbuild";
import { type CodeEntry, codeRoot, moduleOf } from "../../../../infra/bundle/code-entries.ts";
import { options } from "../../../../infra/bundle/options.ts";
import type { SourceFinding } from "./finding.ts";
import { findingsOf } from "./findings-of.ts";

/** What is wrong with the code of a catalog, by the place in its source: `file` is a whole path. */
interface CodeFindings {
  faults: CodeFinding[];
  warnings: CodeFinding[];
}

export type CodeFinding = Pick<SourceFinding, "line" | "column" | "detail"> & {
  file: string;
  rule: SourceFinding["rule"] | "does-not-compile";
};

const ourFolder = fileURLToPath(new URL("../../../../lambdas/", import.meta.url));

interface CheckedCode {
  entries: readonly CodeEntry[];
  /** The file of the catalog. */
  catalog: string;
  /** The job events of its products. */
  events: readonly string[];
}

/** Looks at the modules of functions and features, and at the team's own modules that they import. */
export async function checkCode({ entries, catalog, events }: CheckedCode): Promise<CodeFindings> {
  const root = codeRoot(catalog);
  const sources = await sourcesOf([...new Set(entries.map((entry) => moduleOf(entry, catalog)))], root);
  if ("faults" in sources) return { faults: sources.faults, warnings: [] };
  const found = await Promise.all(
    sources.files.map(async (file) =>
      findingsOf(await readFile(file, "utf8"), file, events).map((one) => ({ file, ...one })),
    ),
  );
  const bySeverity = (wanted: SourceFinding["severity"]) =>
    found.flat().flatMap(({ severity, ...finding }) => (severity === wanted ? [finding] : []));
  return { faults: bySeverity("error"), warnings: bySeverity("warning") };
}

/** The team's own files that a bundle of the modules has, or why it cannot be made. */
async function sourcesOf(modules: string[], root: string): Promise<{ files: string[] } | { faults: CodeFinding[] }> {
  if (modules.length === 0) return { files: [] };
  const { bundle, format, platform, target, mainFields } = options;
  try {
    const { metafile } = await build({
      ...{ bundle, format, platform, target, mainFields: [...mainFields] },
      ...{ absWorkingDir: root, outdir: "unwritten", write: false, metafile: true },
      entryPoints: Object.fromEntries(modules.map((module, i) => [String(i), module])),
      packages: "external",
      logLevel: "silent",
    });
    const files = Object.keys(metafile.inputs).map((path) => resolve(root, path));
    return { files: files.filter((file) => !file.includes("node_modules") && !file.startsWith(ourFolder)) };
  } catch (error) {
    const { errors } = error as { errors?: Message[] };
    if (!errors) throw error;
    return { faults: errors.map((message) => uncompiled(message, root)) };
  }
}

const uncompiled = ({ text, location }: Message, root: string): CodeFinding => ({
  file: resolve(root, location?.file ?? ""),
  line: location?.line ?? 1,
  column: (location?.column ?? 0) + 1,
  rule: "does-not-compile",
  detail: `does not compile: ${text}`,
});
