import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from "node:fs";

/** The suffixes of an SQLite file and of its companions while it is in use, or after its process was killed. */
const beside = ["", "-wal", "-shm", "-journal"];

/** Creates a folder, or takes one that exists, that only its owner can enter: nobody else can reach its content. */
export const privateFolder = (folder: string): void =>
  unhindered(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  });

/** The same folder without what an earlier run has left in it. */
export function emptiedFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  privateFolder(folder);
  return folder;
}

/** The same for a file and SQLite's companions of it. SQLite takes an empty file for a new database. */
export const privateFile = (file: string): void =>
  unhindered(() => {
    closeSync(openSync(file, "a", 0o600));
    for (const one of beside.map((end) => file + end)) if (existsSync(one)) chmodSync(one, 0o600);
  });

/** Ignores errors: opening the file reports what is wrong with it, and some file systems have no permissions. */
function unhindered(work: () => void): void {
  try {
    work();
  } catch {}
}
