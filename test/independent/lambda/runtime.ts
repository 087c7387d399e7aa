import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../../infra/bundle/bundle.ts";
import { freePort } from "../../support/databases/free-port.ts";
import { until } from "../../support/until.ts";

/** The folder where install.sh installs AWS's emulator and runtime client. */
const tools = process.env.LAMBDA_TOOLS ?? "";

export interface Answer {
  body: unknown;
  /** `Unhandled` if the function failed as a whole. */
  error: string | null;
}

/** An entry's bundle as it is deployed, run by AWS's runtime client in AWS's Lambda emulator. */
export async function startFunction(entry: string, environment: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "function-"));
  await bundle(entry, folder);
  const [port, api] = [await freePort(), await freePort()];
  const emulator = spawn(
    join(tools, "aws-lambda-rie"),
    [
      ...["--runtime-interface-emulator-address", `127.0.0.1:${port}`, "--runtime-api-address", `127.0.0.1:${api}`],
      ...["--log-level", "error", process.execPath, join(tools, "client", "index.mjs"), "index.handler"],
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        AWS_LAMBDA_FUNCTION_TIMEOUT: "29",
        LAMBDA_TASK_ROOT: folder,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        SERVICE_NAME: entry,
        METRICS_NAMESPACE: "independent",
        LOG_LEVEL: "INFO",
        ...environment,
      },
    },
  );
  let output = "";
  for (const stream of [emulator.stdout, emulator.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  await until(async () => (await fetch(url, { method: "HEAD" }).catch(() => undefined)) !== undefined, 20_000);
  return {
    /** The output of the function and of the emulator. */
    output: () => output,
    async invoke(event: unknown): Promise<Answer> {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(event) });
      return { body: await response.json(), error: response.headers.get("x-amz-function-error") };
    },
    async stop() {
      await ended(emulator);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await exit;
  clearTimeout(timer);
}
