import { execFile } from "node:child_process";
import { lineOf, type Placed } from "./check.ts";
import type { Io } from "./io.ts";

/**
 * Says what `check` finds in the code of a catalog, whenever that takes effect, unless it has just said the same. Another process reads the code, as a
 * parser would hold up jobs.
 */
export function codeFindings(
  { err, cwd }: Pick<Io, "err" | "cwd">,
  catalog: string,
  check = checkApart,
): () => Promise<void> {
  let said = "";
  let latest = 0;
  return async () => {
    const turn = ++latest;
    const lines = await check(catalog, cwd);
    const text = lines.map((line) => `${line}\n`).join("");
    if (turn !== latest || text === said) return;
    said = text;
    if (text !== "") err.write(text);
  };
}

/** The lines of `check --json` on code. What is wrong with the catalog the runtime says itself. */
const checkApart = (catalog: string, cwd: string): Promise<string[]> =>
  new Promise((resolve) => {
    const args = [...process.execArgv, process.argv[1] ?? "", "check", "--json", catalog];
    execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(linesOf(stdout)));
  });

function linesOf(answer: string): string[] {
  let found: { faults: Placed[]; warnings: Placed[] };
  try {
    found = JSON.parse(answer);
  } catch {
    // It could not be run, or was ended.
    return [];
  }
  const faults = found.faults.filter(({ line }) => line !== undefined);
  return [...faults.map((one) => lineOf(one)), ...found.warnings.map((one) => lineOf(one, "warning"))];
}
