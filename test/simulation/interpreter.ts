import type { LogEntry } from "../../lambdas/core/job/decide-messages.ts";
import { never } from "../support/never.ts";
import { goKey, type Part, type Program, type UndoneBy } from "./programs.ts";

/** An entry of a log with the value itself. */
export type Entry = Omit<LogEntry, "value"> & { value?: unknown };

/** What a program has called by some entry of its log. */
export interface Called {
  kind: LogEntry["c"];
  /** Of a job: what it runs, and what of its input tells it from others. */
  event?: string;
  of?: unknown;
  /** Of a wait and a sleep: when it ends by itself. */
  until?: number;
  /** The business key of a wait. */
  key?: string;
  /** After how many entries it was called. */
  after: number;
  undo: UndoneBy;
}

export type Outcome =
  | { is: "completed"; value: unknown }
  | { is: "failed"; step?: string }
  | { is: "rolled_back" }
  | { is: "continued"; program: number }
  | { is: "cancelled" };

/** What a program does, given what its log says. */
export interface Reading {
  called: ReadonlyMap<string, Called>;
  /** Absent as long as it waits. */
  outcome?: Outcome;
  last: string | undefined;
  /** Whether the handler has ended in vain by itself. */
  isInVain: boolean;
  /** The keys that it undoes, in their order. */
  undone: readonly string[];
  /** What no log of it has. */
  wrong: readonly string[];
}

/** What a call that has failed throws. */
class Failed extends Error {
  readonly step: string;
  readonly isRollback: boolean;
  constructor(step: string, isRollback = false) {
    super(step);
    this.name = "StepError";
    this.step = step;
    this.isRollback = isRollback;
  }
}

class Group {
  readonly keys = new Set<string>();
  readonly parent: Group | undefined;
  isClosed = false;
  constructor(parent?: Group) {
    this.parent = parent;
  }
  get isOver(): boolean {
    return this.isClosed || (this.parent?.isOver ?? false);
  }
  add(key: string): void {
    this.keys.add(key);
    this.parent?.add(key);
  }
}

interface Open {
  resolve(value: unknown): void;
  reject(error: Error): void;
  undo: UndoneBy;
  isJob: boolean;
  /** Checks what the entry brings, where the program knows it. */
  returns?: () => unknown;
}

interface Closed extends Pick<Open, "undo" | "isJob"> {
  hasEnded?: () => void;
}

interface Where {
  /** Before the keys: `p3/`. */
  scope: string;
  /** Behind the names. */
  round: string;
  group?: Group;
  isUndo?: true;
}

/** Resolves once nothing is left that is ready to run. */
const drained = () => new Promise<void>((resolve) => process.nextTick(resolve));

/**
 * Interprets a program over a log, one entry after the other: which calls it has made, and how it ends. It shares nothing with the library
 * that replays handlers, but JavaScript's own promises.
 */
export async function interpret(
  { parts, ends, next = 0 }: Program,
  { log, startedAt }: { log: readonly Entry[]; startedAt: number },
): Promise<Reading> {
  const called = new Map<string, Called>();
  const open = new Map<string, Open>();
  const closed = new Map<string, Closed>();
  const ended = new Set<string>();
  const done: { key: string; undo: UndoneBy }[] = [];
  const undone: string[] = [];
  const wrong: string[] = [];
  const firstUndo = log.findIndex(({ k }) => /(^|\/)undo:/.test(k));
  const beforeUndo = new Set((firstUndo < 0 ? log : log.slice(0, firstUndo)).map(({ k }) => k));
  const everEnds = new Set(log.map(({ k }) => k));
  let now = startedAt;
  let seen = 0;
  let last: string | undefined;
  let phase: "running" | "undoing" | "ended" = "running";
  let isCancelled = false;
  let outcome: Outcome | undefined;

  const close = (key: string) => {
    const one = open.get(key);
    if (!one) return;
    open.delete(key);
    closed.set(key, { undo: one.undo, isJob: one.isJob });
  };

  type Calling = Omit<Called, "after" | "undo"> & { undo?: UndoneBy; returns?: () => unknown };

  function call(where: Where, name: string, { undo = "nothing", returns, ...what }: Calling): Promise<unknown> {
    if (where.group?.isOver) return never();
    if (phase !== "running" && !where.isUndo) return never();
    const key = where.scope + name;
    if (called.has(key)) wrong.push(`${key} is called twice`);
    called.set(key, { ...what, undo, after: seen });
    where.group?.add(key);
    return new Promise((resolve, reject) => {
      open.set(key, {
        resolve,
        reject,
        undo,
        isJob: what.kind !== "step" || what.event !== undefined,
        ...(returns && { returns }),
      });
    });
  }

  async function each(where: Where, of: readonly Part[]): Promise<unknown[]> {
    const all: unknown[] = [];
    for (const part of of) {
      all.push(await play(where, part));
      if (!where.group?.isOver && phase === "running") last = part.name + where.round;
    }
    return all;
  }

  const group = (parent: Group | undefined) => new Group(parent);

  async function play(where: Where, part: Part): Promise<unknown> {
    const name = part.name + where.round;
    switch (part.does) {
      case "run": {
        const asked = call(where, name, { kind: "run", event: part.event, of: name, undo: part.undo });
        const got = (await (part.mayFail ? asked.catch(() => null) : asked)) as { claim?: string } | null;
        return got && { by: got.claim };
      }
      case "own":
        return call(where, name, { kind: "step", undo: part.undo });
      case "long": {
        const event = `program/${where.scope}${name}`;
        return call(where, name, { kind: "step", event, undo: part.undo });
      }
      case "sleep":
        return call(where, name, { kind: "sleep", until: now + part.ms });
      case "wait": {
        const got = (await call(where, name, { kind: "wait", until: now + part.ms, key: goKey })) as { id?: string };
        if (got.id !== undefined) return got.id;
        if (part.fails) throw new Failed(where.scope + name);
        return "late";
      }
      case "approve": {
        const asked = await call(where, name, { kind: "approve", of: name, until: now + part.ms });
        const got = asked as { choice?: string; by?: string };
        if (got.choice !== undefined) return { choice: got.choice, by: got.by };
        if (part.fails) throw new Failed(where.scope + name);
        return "late";
      }
      case "child":
        return call(where, name, { kind: "feature", event: "program", of: part.program });
      case "note":
        return { at: now };
      case "chain":
        return each(where, part.of);
      case "scope": {
        const inner = { is: "open" } as { is: string; value?: unknown };
        const outer = call(where, name, { kind: "step", returns: () => inner });
        if (!called.has(where.scope + name)) return outer;
        each({ ...where, scope: `${where.scope}${name}/` }, part.of).then(
          (value) => Object.assign(inner, { is: "done", value }),
          () => Object.assign(inner, { is: "failed" }),
        );
        return outer;
      }
      case "try":
        try {
          return await each(where, part.of);
        } catch (error) {
          return { caught: error instanceof Failed ? error.step : (error as Error).name };
        }
      case "loop": {
        const rounds: unknown[] = [];
        for (let n = 0; n < part.times; n++)
          rounds.push(...(await each({ ...where, round: `${where.round}.${n}` }, part.of)));
        return rounds;
      }
      case "all":
        return Promise.all(part.of.map((one) => play(where, one)));
      case "settled":
        return (await Promise.allSettled(part.of.map((one) => play(where, one)))).map(({ status }) => status);
      case "race":
        return Promise.race(part.of.map((one) => play(where, one)));
      case "any":
        return Promise.any(part.of.map((one) => play(where, one)));
      case "first":
        return first(where, part.of);
    }
  }

  /** The losers are closed as soon as one has ended. */
  function first(where: Where, of: readonly Part[]): Promise<unknown> {
    const branches = of.map((part) => {
      const mine = group(where.group);
      return { name: part.name, mine, end: play({ ...where, group: mine }, part) };
    });
    let isOver = false;
    const win = (winner: Group) => {
      if (isOver) return false;
      isOver = true;
      for (const { mine } of branches) {
        if (mine === winner) continue;
        mine.isClosed = true;
        for (const key of mine.keys) close(key);
      }
      return true;
    };
    return new Promise((resolve, reject) => {
      for (const { name, mine, end } of branches)
        end.then(
          (value) => win(mine) && resolve({ winner: name, value }),
          (error) => win(mine) && reject(error),
        );
    });
  }

  /** What has a name within a scope is undone within that scope. */
  const undoKey = (key: string) => {
    const at = key.lastIndexOf("/") + 1;
    return { scope: key.slice(0, at), name: `undo:${key.slice(at)}` };
  };

  /** All that is done and can be undone, the last first; what ends meanwhile too. */
  async function undoAll(): Promise<void> {
    for (const key of [...open.keys()]) close(key);
    const isUndoable = ([, { undo }]: [string, Closed]) => undo !== "nothing";
    const untilEnd = ([, one]: [string, Closed]) =>
      new Promise<void>((resolve) => {
        one.hasEnded = resolve;
      });
    // What of scopes had begun by then, only the log says.
    const isAwaited = ([key, { isJob }]: [string, Closed]) => isJob && (!key.includes("/") || beforeUndo.has(key));
    await Promise.all([...closed].filter(isUndoable).filter(isAwaited).map(untilEnd));
    for (;;) {
      for (let one = done.pop(); one; one = done.pop()) await undo(one);
      // Own code that has run by then is waited for at the end, which only its entry shows.
      const late = [...closed].filter(isUndoable).filter(([key, { isJob }]) => !isJob && everEnds.has(key));
      if (late.length === 0) return;
      await Promise.race(late.map(untilEnd));
    }
  }

  async function undo(one: { key: string; undo: UndoneBy }): Promise<void> {
    undone.push(one.key);
    const { scope, name } = undoKey(one.key);
    const where: Where = { scope, round: "", isUndo: true };
    const own = call(where, name, { kind: "step" });
    if (one.undo === "job") {
      const of = `back ${one.key.slice(scope.length)}`;
      call({ ...where, scope: `${scope}${name}/` }, of, { kind: "run", event: "other", of }).catch(() => {});
    }
    await own.catch(() => {});
  }

  let isInVain = false;
  function end(how: Outcome): void {
    phase = "undoing";
    isInVain = how.is !== "cancelled";
    void undoAll().then(() => {
      phase = "ended";
      outcome = isCancelled ? { is: "cancelled" } : how;
    });
  }

  function settle(entry: Entry): void {
    const { k, e, value = null } = entry;
    const one = open.get(k);
    if (!one) {
      const late = closed.get(k);
      if (!late) {
        wrong.push(ended.has(k) ? `${k} has ended twice` : `${k} has ended by entry ${entry.n}, and was not called`);
        return;
      }
      closed.delete(k);
      if (e === "done" && late.undo !== "nothing") done.push({ key: k, undo: late.undo });
      late.hasEnded?.();
      return;
    }
    open.delete(k);
    const kind = called.get(k)?.kind;
    if (kind !== entry.c) wrong.push(`${k} is of the kind ${kind}, and was ${entry.c}`);
    if (entry.f === "scope" && one.returns) {
      const inner = one.returns() as { is: string; value?: unknown };
      if (inner.is !== e || (e === "done" && JSON.stringify(inner.value) !== JSON.stringify(value)))
        wrong.push(`${k} has ${e} with ${JSON.stringify(value)}, and would be ${JSON.stringify(inner)}`);
    }
    if (e === "done" && one.undo !== "nothing") done.push({ key: k, undo: one.undo });
    if (e === "failed" || e === "closed") one.reject(new Failed(k, entry.error?.name === "RollbackError"));
    else if (e === "signal") one.resolve({ id: entry.id });
    else one.resolve(e === "timeout" ? {} : value);
  }

  /** What comes after the end by a return counts only if the run was cancelled before that was recorded. */
  function settleAfterReturn({ k, e, c }: Entry): void {
    if (c === "cancel") {
      isCancelled = true;
      outcome = undefined;
      end({ is: "cancelled" });
      return;
    }
    const one = open.get(k) ?? closed.get(k);
    open.delete(k);
    closed.delete(k);
    if (one && e === "done" && one.undo !== "nothing") done.push({ key: k, undo: one.undo });
  }

  each({ scope: "", round: "" }, parts)
    .then((all) => {
      if (phase !== "running") return;
      if (ends === "returns") {
        phase = "ended";
        outcome = { is: "completed", value: { seen: all } };
      } else if (ends === "continues") {
        phase = "ended";
        outcome = { is: "continued", program: next };
      } else end(ends === "throws" ? { is: "failed" } : { is: "rolled_back" });
    })
    .catch((error) => {
      if (phase === "running") end({ is: "failed", ...(error instanceof Failed && { step: error.step }) });
    });
  await drained();
  for (const entry of log) {
    now = Math.max(now, entry.at);
    seen = entry.n;
    if (outcome?.is === "completed") settleAfterReturn(entry);
    else if (outcome) break;
    else if (entry.c !== "cancel") settle(entry);
    else {
      isCancelled = true;
      if (phase === "running") end({ is: "cancelled" });
    }
    ended.add(entry.k);
    await drained();
  }
  return { called, ...(outcome && { outcome }), last, isInVain, undone, wrong };
}
