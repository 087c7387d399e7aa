import { relative, resolve } from "node:path";
import { InitError, init, nextSteps } from "../init/init.ts";
import { CliError } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** `init`: adds Ductape Jobs to the project in a folder. */
export async function initProject(io: Io, folder: string, { into }: { into?: string }): Promise<void> {
  const say = (line: string) => void io.err.write(`${line}\n`);
  const root = resolve(io.cwd, folder);
  try {
    const { start } = await init({ folder: root, into, say });
    say(nextSteps({ place: relative(io.cwd, root), start, env: io.env }));
  } catch (error) {
    throw error instanceof InitError ? new CliError(error.message) : error;
  }
}
