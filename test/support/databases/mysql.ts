import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { programPath } from "../servers.ts";
import { freePort } from "./free-port.ts";
import { listeningProgram } from "./program.ts";

export const mariadb = programPath("mariadbd");

/**
 * A MariaDB server from this machine's installation, never its running service: it has its own port, and data in a temporary
 * folder.
 */
export async function startMysql() {
  const folder = await mkdtemp(join(tmpdir(), "mariadb-"));
  const data = join(folder, "data");
  const port = await freePort();
  const root = process.getuid?.() === 0 ? ["--user=root"] : [];
  await promisify(execFile)(programPath("mariadb-install-db") ?? "", [
    "--no-defaults",
    `--datadir=${data}`,
    "--auth-root-authentication-method=normal",
    "--skip-test-db",
    ...root,
  ]);
  const server = await listeningProgram(
    mariadb ?? "",
    [
      "--no-defaults",
      `--datadir=${data}`,
      `--socket=${join(folder, "socket")}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      "--innodb-flush-log-at-trx-commit=0",
      "--default-time-zone=+09:00",
      "--sql-mode=",
      ...root,
    ],
    port,
  );
  return {
    port,
    url: (at = port, user = "root", password = "", database = "mysql") =>
      `mysql://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${database}`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
