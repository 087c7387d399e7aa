import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * PostgreSQL does not run as root, so for root it runs as the user `postgres`, who must be able to pass through the data
 * folder: its group, and nobody else, is let through. Folders above it are not ours to open.
 */
export function letPostgresReach(folder: string): void {
  const above = dirname(folder);
  const gid = postgresGroup();
  chownSync(above, 0, gid);
  chmodSync(above, 0o710);
  const shut = closed(dirname(above));
  if (shut === undefined) return;
  throw new Error(`it runs as user postgres, who cannot pass through ${shut}: set DUCTAPE_DATA to a folder elsewhere`);
}

function postgresGroup(): number {
  const id = () => spawnSync("id", ["-g", "postgres"], { encoding: "utf8" });
  if (id().status !== 0) {
    execFileSync("groupadd", ["-f", "postgres"], { stdio: "ignore" });
    execFileSync("useradd", ["-g", "postgres", "postgres"], { stdio: "ignore" });
  }
  return Number(id().stdout);
}

/** The first folder upwards that strangers may not pass through. */
function closed(folder: string): string | undefined {
  if ((statSync(folder).mode & 0o001) === 0) return folder;
  return folder === dirname(folder) ? undefined : closed(dirname(folder));
}
