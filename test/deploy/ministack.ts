import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The credentials of the emulator's root user. */
export const credentials = { accessKeyId: "test", secretAccessKey: "test" };
export const region = "us-east-1";

const startTimeoutMs = 30_000;

/** What every process that talks to the emulator has in its environment; nothing of the machine's own AWS set-up. */
export const environment = (endpoint?: string): NodeJS.ProcessEnv => ({
  // The emulator runs Lambdas with the first `node` it finds: the one that runs this test.
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: tmpdir(),
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: "true",
  ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
});

export interface Ministack {
  endpoint: string;
  port: number;
  /** What it has printed: for the message of a test that fails. */
  output(): string;
  stop(): Promise<void>;
}

/** An AWS emulator of its own on a free port, which enforces IAM policies. */
export async function startMinistack(): Promise<Ministack> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "ministack-"));
  const command = process.env.MINISTACK ?? "ministack";
  const child = spawn(command, [], {
    cwd: folder,
    env: {
      ...environment(),
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      S3_DATA_DIR: folder,
      LOG_LEVEL: "WARNING",
      AUTH: "true",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => lines.push(String(chunk)));
  const endpoint = `http://127.0.0.1:${port}`;
  const output = () => lines.join("");
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await spawned(child, command);
    await ready(endpoint, child, output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, port, output, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function spawned(child: ChildProcess, command: string): Promise<void> {
  try {
    await once(child, "spawn");
  } catch (cause) {
    const hint =
      "The deploy test needs the AWS emulator: pip install ministack==1.5.33 (or set MINISTACK to its command).";
    throw new Error(`There is no command ${command}. ${hint}`, { cause });
  }
}

async function ready(endpoint: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + startTimeoutMs;
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${endpoint}/_ministack/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`ministack did not start:\n${output()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(killer);
}
