import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Finding, ok, problem } from "./finding.ts";

/** As Lambda has it. */
const neededNode = 24;
const neededNpm = 10;

const majorOf = (version: string): number => Number.parseInt(version, 10);

export const checkNode = (version = process.versions.node): Finding =>
  majorOf(version) >= neededNode
    ? ok("Node", version)
    : problem("Node", version, `Install Node ${neededNode} or newer, which is what the functions run on.`);

/** In a shell on Windows, where npm is a script. */
const askNpm = async (): Promise<string> =>
  (await promisify(execFile)("npm", ["--version"], { shell: process.platform === "win32" })).stdout.trim();

export async function checkNpm(ask: () => Promise<string> = askNpm): Promise<Finding> {
  const version = await ask().catch(() => undefined);
  if (version === undefined) return problem("npm", "not found", "Install npm, which comes with Node.");
  return majorOf(version) >= neededNpm ? ok("npm", version) : problem("npm", version, "Run: npm install --global npm");
}
