import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { codeEntriesOf, missingModules } from "../../../../infra/bundle/code-entries.ts";
import { loadCatalog } from "../../../../infra/bundle/load-catalog.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { defaultCatalog, projectFolder } from "../project-folder.ts";
import { checkRuns, linesOf } from "./check-runs.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { clean, cleanLines, jsonText } from "./terminal/clean.ts";

interface Fault {
  pointer: string;
  detail: string;
}

interface CheckOptions {
  json?: boolean;
  /** The address of a deployment whose open runs are looked at. */
  against?: string;
}

/**
 * `check`: the faults of a catalog, each with the file of its product and the path in it. Of one that has none, what the runs of features
 * would meet that are under way in a deployment.
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
  const faults = all.map((fault) => placed(fault, catalog, io.cwd));
  if (against !== undefined && faults.length === 0) return checkAgainst(io, products as Product[], against, json);
  if (json) io.out.write(`${jsonText({ valid: faults.length === 0, faults }, 2)}\n`);
  else if (faults.length === 0) io.out.write(`${file}: ${countsOf(products as Product[])}, no fault.\n`);
  else
    io.out.write(
      faults
        .map(({ file, path, detail }) => cleanLines(`${[file, path, detail].filter(Boolean).join(": ")}\n`))
        .join(""),
    );
  return faults.length === 0 ? exitCode.ok : exitCode.failed;
}

/** Fails if a step would wait, and where that is not known of all runs. */
async function checkAgainst(io: Io, products: readonly Product[], url: string, json?: boolean): Promise<ExitCode> {
  const met = await checkRuns(io, url, products);
  if (json) io.out.write(`${jsonText({ valid: true, faults: [], against: met }, 2)}\n`);
  else
    io.out.write(
      linesOf(met)
        .map((line) => `${clean(line)}\n`)
        .join(""),
    );
  return met.missing.length === 0 && !met.more ? exitCode.ok : exitCode.failed;
}

function broken(io: Io, message: string, json: boolean | undefined): ExitCode {
  if (json) io.out.write(`${jsonText({ valid: false, faults: [{ detail: message }] }, 2)}\n`);
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
