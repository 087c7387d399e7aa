import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "../servers.ts";
import { freePort } from "./free-port.ts";
import { listeningProgram } from "./program.ts";

/** FerretDB speaks MongoDB's protocol and keeps its data in SQLite; `FERRETDB` says where it is if PATH does not. */
export const ferretdb = process.env.FERRETDB ?? programPath("ferretdb");

/** A server that MongoDB's driver accepts as MongoDB, with its data in a temporary folder. */
export async function startMongo() {
  const folder = await mkdtemp(join(tmpdir(), "ferretdb-"));
  await mkdir(join(folder, "data"));
  const port = await freePort();
  const server = await listeningProgram(
    ferretdb ?? "",
    [
      "--handler=sqlite",
      `--listen-addr=127.0.0.1:${port}`,
      `--sqlite-url=file:${join(folder, "data")}/`,
      `--state-dir=${folder}`,
      "--debug-addr=-",
      "--telemetry=disable",
      "--log-level=ERROR",
    ],
    port,
  );
  return {
    port,
    url: (at = port, database = "shop") => `mongodb://127.0.0.1:${at}/${database}?directConnection=true`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
