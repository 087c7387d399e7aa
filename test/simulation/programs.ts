import * as z from "zod";
import type { FeatureContext } from "../../lambdas/code/feature/context.ts";
import { type CodeFeature, defineFeature } from "../../lambdas/code/feature/define-feature.ts";
import { canary } from "./observer.ts";
import type { Random } from "./random.ts";

/** What undoes a part: nothing, own code, or a job. */
export type UndoneBy = "nothing" | "own" | "job";

/** A part of a program. The key of its call is its name, with the number of the round where it is in a loop. */
export type Part = { name: string } & (
  | { does: "run"; event: "call" | "other"; undo: UndoneBy; mayFail: boolean }
  | { does: "own"; fails: boolean; undo: UndoneBy }
  // Own code that takes longer than a decision may, as a job.
  | { does: "long"; fails: boolean; undo: UndoneBy }
  | { does: "sleep"; ms: number }
  | { does: "wait"; ms: number; fails: boolean }
  // A person decides, in time or not.
  | { does: "approve"; ms: number; fails: boolean }
  | { does: "child"; program: number }
  | { does: "note" }
  | { does: "chain" | "try" | "scope"; of: Part[] }
  | { does: "loop"; times: number; of: Part[] }
  | { does: "all" | "settled" | "race" | "any" | "first"; of: Part[] }
);

/** What a handler of the simulation does. */
export interface Program {
  parts: Part[];
  ends: "returns" | "throws" | "rolls back" | "continues";
  /** The program as which it continues. */
  next?: number;
}

/** The business key under which the runs of the simulation wait for messages. */
export const goKey = "anybody";

/** The events whose jobs ask a person. */
export const recipients = ["call", "other"];

const leaves = ["run", "run", "run", "own", "own", "sleep", "wait", "child"] as const;
const bodies = ["chain", "try", "scope", "loop", "all", "all", "settled", "race", "any", "first"] as const;
const parallel: readonly string[] = ["all", "settled", "race", "any", "first"];

/** How many parts a program has at most, so that a run of it fits into a history. */
const mostParts = 16;

interface Drawing {
  number: number;
  of: number;
  /** How much of the own code is a job. Where some is, some programs continue as another one, too. */
  long: number;
  /** How many of the waits are for a person. */
  asks: number;
  /** Before the names of its parts. */
  prefix?: string;
}

/** Draws a program, which may call the programs after it. */
export function drawnProgram(random: Random, { number, of: count, long, asks, prefix = "p" }: Drawing): Program {
  let made = 0;
  const undo = () => random.pick<UndoneBy>(["nothing", "nothing", "own", "job"]);
  function leaf(): Part {
    const name = `${prefix}${made++}`;
    const does = random.pick(leaves);
    switch (does) {
      case "run":
        return { name, does, event: random.pick(["call", "other"]), undo: undo(), mayFail: random.chance(0.5) };
      case "own":
        return {
          name,
          does: long > 0 && random.chance(long) ? "long" : does,
          fails: random.chance(0.15),
          undo: undo(),
        };
      case "sleep":
        return { name, does, ms: random.pick([0, 1000, 20_000, 60_000]) };
      case "wait":
        return {
          name,
          does: asks > 0 && random.chance(asks) ? "approve" : does,
          ms: random.pick([5000, 60_000]),
          fails: random.chance(0.3),
        };
      default:
        return number + 1 < count
          ? { name, does: "child", program: random.int(number + 1, count - 1) }
          : { name, does: "own", fails: false, undo: undo() };
    }
  }
  function part(depth: number): Part {
    if (depth === 0 || made >= mostParts || random.chance(0.45)) return random.chance(0.1) ? note() : leaf();
    const name = `${prefix}${made++}`;
    const does = random.pick(bodies);
    // Each branch begins with a call: which of two branches without one ends first is nothing that the log says.
    const of = Array.from({ length: random.int(2, 3) }, () =>
      parallel.includes(does) ? branch(depth - 1) : part(depth - 1),
    );
    return does === "loop" ? { name, does, times: random.int(1, 3), of: of.slice(0, 1) } : { name, does, of };
  }
  function branch(depth: number): Part {
    const of = [leaf(), ...(random.chance(0.4) ? [part(depth)] : [])];
    return of.length === 1 ? (of[0] as Part) : { name: `${prefix}${made++}`, does: "chain", of };
  }
  function note(): Part {
    return { name: `${prefix}${made++}`, does: "note" };
  }
  const parts = Array.from({ length: random.int(1, 4) }, () => part(2));
  const ends = random.pick(["returns", "returns", "returns", "throws", "rolls back"] as const);
  const continues = long > 0 && ends === "returns" && number + 1 < count && random.chance(0.5);
  return continues ? { parts, ends: "continues", next: random.int(number + 1, count - 1) } : { parts, ends };
}

/** The program with more parts behind its own, which may end otherwise: what a run of it has done, it does too. */
export function grownProgram(random: Random, { parts: before, ...endBefore }: Program, drawing: Drawing): Program {
  const { parts, ...end } = drawnProgram(random, drawing);
  return { ...(random.chance(0.5) ? end : endBefore), parts: [...before, ...parts] };
}

/** The program in which the job of this name is of another event, as somebody mends it whose job has failed. */
export function mendedProgram(program: Program, name: string): Program {
  const mended = (part: Part): Part => {
    if ("of" in part) return { ...part, of: part.of.map(mended) };
    return part.does === "run" && part.name === name
      ? { ...part, event: part.event === "call" ? "other" : "call" }
      : part;
  };
  return { ...program, parts: program.parts.map(mended) };
}

/** What the handlers reach of the world outside. */
export interface Outside {
  /** Own code, by its name. Returns another value each time that it is run. */
  own(name: string): Promise<unknown>;
}

type Context = FeatureContext<{ go: z.ZodUnknown }>;

/** The handler of a feature whose input says which of the programs it plays. */
export const handlerOf = (programs: readonly Program[], outside: Outside): CodeFeature =>
  defineFeature({
    signals: { go: z.unknown() },
    async run(ctx: Context, { program }: { program: number }) {
      const { parts, ends, next } = programs[program] as Program;
      const seen = await eachOf({ ctx, outside, round: "" }, parts);
      if (ends === "throws") throw new TypeError(`a handler that quotes ${canary}`);
      if (ends === "rolls back") rollback(ctx, parts.length);
      if (ends === "continues") return ctx.continueAs({ program: next, secret: canary });
      return { seen };
    },
  }) as unknown as CodeFeature;

/** Every second handler takes it for a failure that it need not mind. */
function rollback(ctx: Context, parts: number): void {
  try {
    ctx.rollback(`quotes ${canary}`);
  } catch (error) {
    if (parts % 2 === 0) throw error;
  }
}

interface Playing {
  ctx: Context;
  outside: Outside;
  /** Behind the names of the parts of a loop. */
  round: string;
}

async function eachOf(of: Playing, parts: readonly Part[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (const one of parts) {
    seen.push(await play(of, one));
    of.ctx.setState("last", one.name + of.round);
  }
  return seen;
}

async function play(of: Playing, part: Part): Promise<unknown> {
  const { ctx, outside, round } = of;
  const key = part.name + round;
  const undoOf = (by: UndoneBy) =>
    ({
      nothing: null,
      own: () => outside.own(`undo:${key}`),
      job: () => ctx.run("other", { body: { of: `back ${key}`, secret: canary } }, { step: `back ${key}` }),
    })[by];
  switch (part.does) {
    case "run": {
      const options = { step: key, undo: undoOf(part.undo), allowFail: part.mayFail };
      const got = (await ctx.run(part.event, { body: { of: key, secret: canary } }, options)) as {
        claim?: string;
      } | null;
      return got && { by: got.claim };
    }
    case "own":
    case "long":
      return ctx.step(
        key,
        async () => {
          const value = await outside.own(key);
          if (part.fails) throw new Error(`own code that quotes ${canary}`);
          return value;
        },
        { undo: undoOf(part.undo), ...(part.does === "long" && { timeout: "60s" }) },
      );
    case "sleep":
      await ctx.sleep(part.ms, { step: key });
      return null;
    case "wait": {
      const options = { step: key, key: goKey, timeout: part.ms };
      if (part.fails) return (await ctx.waitForSignal("go", options)).id;
      const got = await ctx.waitForSignal("go", { ...options, otherwise: "continue" });
      return got.timed_out ? "late" : got.id;
    }
    case "approve": {
      const ask = recipients.map((event) => ({ event, input: { body: { of: key, at: "$Approval{url}" } } }));
      const otherwise = part.fails ? "fail" : "reject";
      const got = await ctx.approve({ title: "May it?", step: key, ask, timeout: part.ms, otherwise });
      return got.timed_out ? "late" : { choice: got.choice, by: got.by };
    }
    case "child":
      return ctx.feature("program", { program: part.program, secret: canary }, { step: key });
    case "note":
      return { at: ctx.now() };
    case "chain":
      return eachOf(of, part.of);
    case "scope":
      return ctx.step(key, () => eachOf(of, part.of));
    case "try":
      try {
        return await eachOf(of, part.of);
      } catch (error) {
        return { caught: (error as { step?: string }).step ?? (error as Error).name };
      }
    case "loop": {
      const rounds: unknown[] = [];
      for (let n = 0; n < part.times; n++) rounds.push(...(await eachOf({ ...of, round: `${round}.${n}` }, part.of)));
      return rounds;
    }
    case "all":
      return Promise.all(part.of.map((one) => play(of, one)));
    case "settled":
      return (await Promise.allSettled(part.of.map((one) => play(of, one)))).map(({ status }) => status);
    case "race":
      return Promise.race(part.of.map((one) => play(of, one)));
    case "any":
      return Promise.any(part.of.map((one) => play(of, one)));
    case "first":
      return ctx.race(Object.fromEntries(part.of.map((one) => [one.name, () => play(of, one)])));
  }
}
