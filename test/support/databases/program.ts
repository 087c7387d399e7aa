import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { endsWithFile } from "../ends-with-file.ts";

/** Resolves when something listens on the port; rejects with the program's output if the program ends first. */
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
