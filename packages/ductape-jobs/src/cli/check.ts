import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { codeEntriesOf, missingModules } from "../../../../infra/bundle/code-entries.ts";
import { loadCatalog } from "../../../../infra/bundle/load-catalog.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import type { CodeFinding } from "../check-code/check-code.ts";
import { defaultCatalog, projectFolder } from "../project-folder.ts";
import { checkRuns, linesOf } from "./check-runs.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { clean, cleanLines, jsonText } from "./terminal/clean.ts";

interface Fault {
  pointer: string;
  detail: string;
}

/** Of a catalog, with the path in it; or of code, with the line. */
export interface Placed {
  file: string;
  path?: string;
  detail: string;
  line?: number;
  column?: number;
}

interface CheckOptions {
  json?: boolean;
  /** The address of a deployment whose open runs and waiting jobs are looked at. */
  against?: string;
}

/**
 * `check`: the faults of a catalog, each with the file of its product and the path in it, and those of its code by their lines, with what it
 * warns of. Of one that has no fault, what would be met in a deployment by the runs of features that are under way, and by the jobs that wait.
 */
export async function checkFile(io: Io, given?: string, { json, against }: CheckOptions = {}): Promise<ExitCode> {
  const file = given ?? relative(io.cwd, join(projectFolder(io.cwd), defaultCatalog));
  const catalog = resolve(io.cwd, file);
  const products = await loadCatalog(catalog).catch((error: Error) => error);
  if (products instanceof Error) {
    if (products.name !== "CatalogError") throw products;
    return broken(io, products.message.replaceAll(catalog, file), json);
  }
  const formal = checkCatalog(products, registry);
  const all = formal.length > 0 ? formal : missingModules(codeEntriesOf(products as Product[]), catalog);
  const code = all.length > 0 ? noFindings : await checkedCode(products as Product[], catalog, io.cwd);
  const faults = [...all.map((fault) => placed(fault, catalog, io.cwd)), ...code.faults];
  const { warnings } = code;
  const isValid = faults.length === 0;
  const met = against !== undefined && isValid ? await checkRuns(io, against, products as Product[]) : undefined;
  if (json) io.out.write(`${jsonText({ valid: isValid, faults, warnings, ...(met && { against: met }) }, 2)}\n`);
  else {
    const found = [...faults.map((fault) => lineOf(fault)), ...warnings.map((one) => lineOf(one, "warning"))];
    const rest = met ? linesOf(met).map(clean) : isValid ? [summary(file, products as Product[], warnings.length)] : [];
    io.out.write([...found, ...rest].map((line) => `${line}\n`).join(""));
  }
  // It fails if a job would fail or a step would wait, and where that is not known of all runs.
  const isMet = !met || (met.missing.length + met.lost.length === 0 && !met.more);
  return isValid && isMet ? exitCode.ok : exitCode.failed;
}

const noFindings: { faults: Placed[]; warnings: Placed[] } = { faults: [], warnings: [] };

/** Code is read by a parser, which is not loaded for a catalog without any. */
async function checkedCode(products: readonly Product[], catalog: string, cwd: string): Promise<typeof noFindings> {
  const entries = codeEntriesOf(products);
  if (Object.keys(entries).length === 0) return noFindings;
  const { checkCode } = await import("../check-code/check-code.ts");
  const { faults, warnings, unexported } = await checkCode({
    ...{ entries, catalog },
    events: products.flatMap(({ jobs }) => Object.keys(jobs)),
  });
  const here = (finding: CodeFinding) => ({ ...finding, file: relative(cwd, finding.file) });
  const ofEntries = unexported.map((fault) => placed(fault, catalog, cwd));
  return { faults: [...ofEntries, ...faults.map(here)], warnings: warnings.map(here) };
}

/** `products/shop.ts: jobs.send: ...`, and `features/charge.ts:14:7: warning: ...`. */
export function lineOf({ file, line, column, path, detail }: Placed, kind?: "warning"): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return cleanLines([place, kind, path, detail].filter(Boolean).join(": "));
}

const summary = (file: string, products: readonly Product[], warnings: number): string =>
  `${file}: ${countsOf(products)}, no fault${warnings > 0 ? `, ${counted(warnings, "warning")}` : ""}.`;

function broken(io: Io, message: string, json: boolean | undefined): ExitCode {
  if (json) io.out.write(`${jsonText({ valid: false, faults: [{ detail: message }], warnings: [] }, 2)}\n`);
  else io.err.write(`${cleanLines(message)}\n`);
  return exitCode.failed;
}

/** `products/shop.ts`, `jobs.send.notification` and what is wrong there. */
function placed({ pointer, detail }: Fault, catalog: string, cwd: string) {
  const [tag = "", ...steps] = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const own = join(dirname(catalog), `${tag}.ts`);
  // A product in another file, or without a readable tag, is named by its tag or its place in the list.
  const isOwn = /^[\w-]+$/.test(tag) && existsSync(own);
  const path = (isOwn ? steps : [tag, ...steps]).join(".");
  return { file: relative(cwd, isOwn ? own : catalog), path, pointer, detail };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const countsOf = (products: readonly Product[]): string =>
  `${counted(products.length, "product")}, ${counted(products.flatMap(({ jobs }) => Object.keys(jobs)).length, "event")}`;
