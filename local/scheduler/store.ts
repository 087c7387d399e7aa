import { DatabaseSync } from "node:sqlite";

/** The part of a CreateSchedule request that is stored, and returned by GetSchedule. */
export interface ScheduleBody {
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  FlexibleTimeWindow: { Mode: string };
  Target: { Arn: string; RoleArn: string; Input?: string; DeadLetterConfig?: { Arn?: string } };
  ActionAfterCompletion?: string;
  State?: string;
  ClientToken?: string;
  [field: string]: unknown;
}

export interface Schedule {
  group: string;
  name: string;
  /** When it actually fires, epoch milliseconds: its time plus the lateness that AWS allows itself. Null once it has fired. */
  firesAt: number | null;
  createdAt: number;
  body: ScheduleBody;
}

type Row = { grp: string; name: string; fires_at: number | null; created_at: number; body: string };

const scheduleOf = (row: Row): Schedule => ({
  group: row.grp,
  name: row.name,
  firesAt: row.fires_at,
  createdAt: row.created_at,
  body: JSON.parse(row.body) as ScheduleBody,
});

export type ScheduleStore = ReturnType<typeof openScheduleStore>;

/**
 * Schedules in one SQLite file: a confirmed write survives a killed process. It does not wait for the disk, so that one of the last moments may be
 * lost with a machine that fails.
 */
export function openScheduleStore(file: string) {
  const db = new DatabaseSync(file);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS schedules (
      grp TEXT, name TEXT, fires_at INTEGER, created_at INTEGER, body TEXT, PRIMARY KEY (grp, name)
    );
    CREATE INDEX IF NOT EXISTS by_time ON schedules (fires_at);
  `);
  const put = db.prepare("INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?)");
  const get = db.prepare("SELECT * FROM schedules WHERE grp = ? AND name = ?");
  const remove = db.prepare("DELETE FROM schedules WHERE grp = ? AND name = ?");
  const list = db.prepare(
    "SELECT * FROM schedules WHERE (?1 IS NULL OR grp = ?1) AND substr(name, 1, length(?2)) = ?2 AND grp || '/' || name > ?3 ORDER BY grp || '/' || name LIMIT ?4",
  );
  const due = db.prepare("SELECT * FROM schedules WHERE fires_at <= ? ORDER BY fires_at LIMIT 100");
  const next = db.prepare("SELECT min(fires_at) AS at FROM schedules");
  return {
    put: ({ group, name, firesAt, createdAt, body }: Schedule): void => {
      put.run(group, name, firesAt, createdAt, JSON.stringify(body));
    },
    get: (group: string, name: string): Schedule | undefined => {
      const row = get.get(group, name) as Row | undefined;
      return row && scheduleOf(row);
    },
    remove: (group: string, name: string): boolean => remove.run(group, name).changes > 0,
    /** In the order of group and name, starting after `after` ("group/name"). */
    list: (group: string | null, prefix: string, after: string, limit: number): Schedule[] =>
      (list.all(group, prefix, after, limit) as Row[]).map(scheduleOf),
    due: (now: number): Schedule[] => (due.all(now) as Row[]).map(scheduleOf),
    nextAt: (): number | null => (next.get() as { at: number | null }).at,
    close: (): void => db.close(),
  };
}
