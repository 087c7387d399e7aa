import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { endsWithFile } from "../ends-with-file.ts";

/** Debian keeps servers where an ordinary user's PATH does not look. */
const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];

/** Where a program is, if it is installed. */
export const programPath = (name: string): string | undefined =>
  places
    .map((place) => join(place, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/**
 * `describe` for tests that need a server which npm does not bring. Without it they are skipped, and say how to get
 * it; in CI they fail instead, so that a missing install step is not green.
 */
export function describeWith(server: string, path: string | undefined): jest.Describe {
  if (path !== undefined) return describe;
  const why = `${server} is not installed: run test/support/databases/install.sh`;
  return ((name: string) => {
    if (process.env.CI === "true") {
      it(`${name} (${why})`, () => {
        throw new Error(why);
      });
    } else {
      it.todo(`${name}: skipped, ${why}`);
    }
  }) as unknown as jest.Describe;
}

/** Resolves when something listens on the port; rejects if the program ends before that, with what it said. */
export async function listeningProgram(command: string, args: string[], port: number, env: NodeJS.ProcessEnv = {}) {
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = endsWithFile(spawn(command, args, { stdio, env: { ...process.env, ...env } }));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said = (said + data).slice(-4000)));
  const ended = new Promise<never>((_, reject) => {
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${said}`)));
    child.on("error", reject);
  });
  ended.catch(() => {});
  while (!(await Promise.race([ended, answers(port)]))) await setTimeout(5);
  return { stop: () => stopped(child) };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await end;
}
