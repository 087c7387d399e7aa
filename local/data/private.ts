import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";

/** What an SQLite file has beside it while it is in use, or after a kill. */
const beside = ["", "-wal", "-shm", "-journal"];

/** Makes a folder, or one that is there, its owner's alone: nobody else gets to what is in it, however that was made. */
export const privateFolder = (folder: string): void =>
  unhindered(() => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  });

/** The same of a file, and of what SQLite keeps beside it. An empty file is a new database to SQLite. */
export const privateFile = (file: string): void =>
  unhindered(() => {
    closeSync(openSync(file, "a", 0o600));
    for (const one of beside.map((end) => file + end)) if (existsSync(one)) chmodSync(one, 0o600);
  });

/** What is wrong with the place is for who opens it to say; some file systems know no permissions. */
function unhindered(work: () => void): void {
  try {
    work();
  } catch {}
}
