import type { Job } from "../../lambdas/core/job/job.ts";
import type { operating } from "./operating.ts";

/** The same numbers for the same seed. */
export function randomOf(seed: number) {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (most: number) => Math.floor(next() * (most + 1));
  return { chance: (p: number) => next() < p, int, one: <T>(of: readonly T[]): T => of[int(of.length - 1)] as T };
}
export type Random = ReturnType<typeof randomOf>;

export class Died extends Error {}

const writes = new Set([
  "replace",
  "create",
  "remove",
  "put",
  "putPage",
  "enter",
  "leave",
  "enlist",
  "send",
  "sendMany",
  "move",
]);

/** The ports of a process that dies at its write number `last`, before or behind it. Nothing of it happens after that. */
export function dying<S extends object>(services: S, random: Random, last: number): S {
  let left = last;
  let dead = false;
  const port = <P extends object>(target: P): P =>
    new Proxy(target, {
      get(of, name) {
        const member: unknown = Reflect.get(of, name);
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          // Others work in between.
          for (let turns = random.int(3); turns > 0; turns--) await null;
          if (dead) throw new Died();
          if (writes.has(String(name)) && left-- <= 0) {
            dead = true;
            if (random.chance(0.5)) await member.apply(of, args);
            throw new Died();
          }
          return member.apply(of, args);
        };
      },
    });
  const named = ["jobs", "operations", "turns", "queue", "scheduler", "blobs", "sharedKeys", "answers"];
  return Object.fromEntries(
    Object.entries(services).map(([name, value]) => [name, named.includes(name) ? port(value) : value]),
  ) as S;
}

/** What each operation has changed, and how often. */
export function watched(jobs: ReturnType<typeof operating>["services"]["jobs"]) {
  const changes = new Map<string, Map<string, number>>();
  const before = new Map<string, Job>();
  const { replace } = jobs;
  jobs.replace = async (next, writeId) => {
    const old = jobs.peek(next.id);
    const outcome = await replace(next, writeId);
    const op = next.by?.operation;
    if (outcome === "replaced" && old && op !== undefined && JSON.stringify(old.by) !== JSON.stringify(next.by)) {
      const of = changes.get(op) ?? new Map<string, number>();
      changes.set(op, of.set(next.id, (of.get(next.id) ?? 0) + 1));
      before.set(`${op} ${next.id}`, old);
    }
    return outcome;
  };
  return {
    of: (id: string) => changes.get(id) ?? new Map<string, number>(),
    before: (op: string, id: string) => before.get(`${op} ${id}`),
  };
}
