import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

/** The credentials of the emulator's root user. */
export const credentials = { accessKeyId: "test", secretAccessKey: "test" };
export const region = "us-east-1";

const startTimeoutMs = 30_000;

/** The environment of every process that works with the emulator, without the machine's own AWS set-up. */
const cleanEnvironment = {
  // The emulator runs Lambdas with the first `node` on the PATH: the one that runs this test.
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: tmpdir(),
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
};

export interface Ministack {
  endpoint: string;
  port: number;
  /** The environment of a process that calls it. */
  environment: NodeJS.ProcessEnv;
  /** Its output so far, for the message of a failing test. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * An AWS emulator of its own on a free port. It enforces IAM policies, so that a role that lacks a permission fails here, unless
 * `enforced` is false. It speaks TLS, since our policies, like those of AWS, deny everything else.
 */
export async function startMinistack({ enforced = true } = {}): Promise<Ministack> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "ministack-"));
  const command = process.env.MINISTACK ?? "ministack";
  const settings = {
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    AUTH: String(enforced),
    USE_SSL: "1",
    LOG_LEVEL: "WARNING",
    // It would listen on a port that is not its own, since it has the package by which it signs.
    IOT_MTLS_ENABLED: "0",
  };
  const child = spawn(command, [], {
    cwd: folder,
    env: { ...cleanEnvironment, ...settings, TMPDIR: folder, S3_DATA_DIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => lines.push(String(chunk)));
  const endpoint = `https://127.0.0.1:${port}`;
  const certificate = join(folder, "ministack-tls", "server.crt");
  const environment = {
    ...cleanEnvironment,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CA_BUNDLE: certificate,
    NODE_EXTRA_CA_CERTS: certificate,
  };
  const output = () => lines.join("");
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await spawned(child, command);
    await ready(endpoint, certificate, child, output);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, port, environment, output, stop };
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
      "The deploy test needs the AWS emulator: pip install -r test/deploy/requirements.txt (or set MINISTACK to its command).";
    throw new Error(`There is no command ${command}. ${hint}`, { cause });
  }
}

async function ready(endpoint: string, certificate: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + startTimeoutMs;
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${endpoint}/_ministack/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
    // It creates its certificate when it starts.
    const pem = await readFile(certificate, "utf8").catch(() => "");
    if (pem.endsWith("-----\n")) setDefaultCACertificates([...getCACertificates("bundled"), pem]);
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
