import { DatabaseSync } from "node:sqlite";

/** Attributes by name, in wire format. */
export type Image = Record<string, unknown>;

export interface Change {
  /** Increases with every write. Writes of one item are in the order in which they happened. */
  sequence: number;
  /** Epoch milliseconds. */
  at: number;
  before: Image | undefined;
  /** Undefined if the item was deleted. */
  after: Image | undefined;
}

/** A write whose outcome is unknown, because the process was killed. */
export interface Open {
  sequence: number;
  key: Image;
  before: Image | undefined;
  /** The item to be written, if it was known. */
  wanted: Image | undefined;
}

interface Row {
  sequence: number;
  at: number;
  key: string;
  before: string | null;
  after: string | null;
}

/** DynamoDB's streams keep records for a day, too. */
const keptMs = 24 * 3_600_000;

const image = (text: string | null): Image | undefined => (text === null ? undefined : (JSON.parse(text) as Image));
const text = (value: Image | undefined): string | null => (value === undefined ? null : JSON.stringify(value));

export type ChangeLog = ReturnType<typeof openChangeLog>;

/** The writes of jobs that have not been delivered yet, in one SQLite file: what is logged survives a killed process. */
export function openChangeLog(file: string) {
  const db = new DatabaseSync(file);
  // Does not wait for the disk, and neither does dynalite: a killed process loses nothing, a machine that fails may.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS changes (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, key TEXT, before TEXT, after TEXT, done INTEGER
    );
    DELETE FROM changes WHERE at < ${Date.now() - keptMs};
  `);
  const begin = db.prepare("INSERT INTO changes (at, key, before, after, done) VALUES (?, ?, ?, ?, 0)");
  const complete = db.prepare("UPDATE changes SET after = coalesce(?, after), done = 1 WHERE sequence = ?");
  const remove = db.prepare("DELETE FROM changes WHERE sequence = ?");
  const open = db.prepare("SELECT * FROM changes WHERE NOT done ORDER BY sequence");
  const next = db.prepare("SELECT * FROM changes WHERE done ORDER BY sequence LIMIT ?");
  return {
    /** Logs that a write is about to happen, with the new item if it is known. Returns the sequence number. */
    begin: (key: Image, before: Image | undefined, wanted: Image | undefined): number =>
      Number(begin.run(Date.now(), JSON.stringify(key), text(before), text(wanted)).lastInsertRowid),
    /** Notes that it has happened, and what became of the item where that was not known. */
    complete: (sequence: number, after?: Image): void => {
      complete.run(text(after), sequence);
    },
    /** Removes writes that did not happen or have been delivered. */
    remove: (sequences: readonly number[]): void => {
      db.exec("BEGIN");
      try {
        for (const sequence of sequences) remove.run(sequence);
        db.exec("COMMIT");
      } finally {
        // A full disk may or may not have ended the transaction.
        if (db.isTransaction) db.exec("ROLLBACK");
      }
    },
    open: (): Open[] =>
      (open.all() as unknown as Row[]).map(({ sequence, key, before, after }) => ({
        sequence,
        key: JSON.parse(key) as Image,
        before: image(before),
        wanted: image(after),
      })),
    next: (limit: number): Change[] =>
      (next.all(limit) as unknown as Row[]).map(({ sequence, at, before, after }) => ({
        sequence,
        at,
        before: image(before),
        after: image(after),
      })),
    close: (): void => db.close(),
  };
}
