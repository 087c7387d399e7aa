import type { Job } from "../../lambdas/core/job/job.ts";
import type { Pause, PauseScope } from "../../lambdas/core/job/pause.ts";
import { type PausesMemory, withRecent } from "../../lambdas/core/operations/recent-pauses.ts";
import type { Pauses, StoredPauses } from "../../lambdas/core/ports/pauses.ts";
import { fakeStoredPauses } from "../support/fakes/pauses.ts";
import type { Timeline } from "../support/line/timeline.ts";
import { hasAlarms } from "./alarms.ts";
import type { Hardship } from "./hardship.ts";
import type { Invocation } from "./invocation.ts";
import { nameOf } from "./ledger.ts";
import type { Observer } from "./observer.ts";
import { type Random, seeded } from "./random.ts";

/** What of a world the pauses know. */
interface Around {
  time: Timeline;
  observer: Observer;
  hardship: Hardship;
}

/** What a pause held and when, in true time: kept apart from the code that it checks. */
export interface Held extends PauseScope {
  id: string;
  from: number;
  until: number;
  to: number;
  rate: number;
}

/** The pauses of a history, and who may start what. */
export interface Pausing {
  /** Whether somebody pauses anything in this history. */
  isOn: boolean;
  /** Whether they pause keys of limits, and nothing else. */
  isOfKeys: boolean;
  random: Random;
  held: readonly Held[];
  /** Whether the store has any pause now. */
  isAny(): boolean;
  /** The pauses as an invocation reads them, in a process with what that remembers. */
  portOf(invocation: Invocation, world: Around, through: (port: StoredPauses) => StoredPauses): Pauses;
  /** The invocation has ended, and its process may have another one. */
  release(invocation: Invocation): void;
  /** Nothing of a scope is claimed 5 s after its pause; `at` is when the claim was sent. */
  checkClaim(job: Job, at: number, world: Around): void;
}

const startsWithinMs = 5000;

/**
 * Six of 32 histories have pauses: one of those is peaceful and has limits too, and two others have limits (history.ts), in one of
 * which only keys of limits are paused. Uses separate randomness, so that the other histories are those that their seeds produced
 * before this was added.
 */
export function pausingOf(seed: number): Pausing {
  const isOfKeys = seed % 32 === 21;
  const isOn =
    seed % 16 === 9 || seed % 32 === 12 || seed % 32 === 19 || seed % 32 === 5 || isOfKeys || hasAlarms(seed);
  const stored = fakeStoredPauses();
  const random = seeded(seed ^ 0x9a05_0000);
  const held: Held[] = [];
  const idle: PausesMemory[] = [];
  const memories = new Map<Invocation, PausesMemory>();

  function note(pause: Pause, now: number) {
    const open = held.find((one) => one.id === pause.id && one.to === Number.POSITIVE_INFINITY);
    if (open) open.to = Math.min(now, open.until);
    if (pause.ended_at !== undefined) return;
    const { id, product, env, event, limit, key, until = Number.POSITIVE_INFINITY, drain_per_second: rate } = pause;
    held.push({
      id,
      product,
      ...(env !== undefined && { env }),
      ...(event !== undefined && { event }),
      ...(limit !== undefined && { limit }),
      ...(key !== undefined && { key }),
      from: now,
      until,
      to: Number.POSITIVE_INFINITY,
      rate,
    });
  }

  const watched = ({ time, observer }: Around): StoredPauses => ({
    list: stored.list,
    async put(next, before) {
      const answer = await stored.put(next, before);
      if (answer === "written") note(next, time.now());
      observer.note(
        () =>
          `${next.id.slice(0, 10)} ${next.env ?? "*"} ${next.event ?? next.limit ?? "*"} ${next.key ?? ""}: ${next.ended_at === undefined ? "paused" : `drains, ${next.drain?.sent ?? 0} sent`} (${answer})`,
      );
      return answer;
    },
    async remove(pause) {
      const answer = await stored.remove(pause);
      if (answer === "removed") observer.cover("pause: over");
      observer.note(() => `${pause.id.slice(0, 10)} is over (${answer})`);
      return answer;
    },
  });

  return {
    isOn,
    isOfKeys,
    random,
    held,
    isAny: () => stored.any(),
    portOf(invocation, world, through) {
      const memory = idle.pop() ?? {};
      memories.set(invocation, memory);
      const port = watched(world);
      return withRecent(isOn ? through(port) : port, world.time, memory);
    },
    release(invocation) {
      const memory = memories.get(invocation);
      if (isOn && memory && !invocation.dead) idle.push(memory);
      memories.delete(invocation);
    },
    checkClaim(job, at, { hardship, observer }) {
      const by = held.find(
        (one) => holds(one, job) && at > one.from + startsWithinMs && at < Math.min(one.to, one.until - hardship.skew),
      );
      if (by) observer.violated("pause", `${nameOf(job)} was claimed ${at - by.from} ms after it was paused`);
    },
  };
}

/** Written again, because the rules must not use the code that they check. */
export const holds = (
  { product, env = "e", event, limit, key }: PauseScope,
  job: Pick<Job, "product" | "env" | "event" | "gates" | "made_by">,
): boolean =>
  // Who is told of an incident is told.
  job.made_by !== "alert" &&
  product === job.product &&
  env === job.env &&
  // The jobs that run the items of a step have the event of their feature and the step's name.
  (event ?? job.event) === (event === undefined ? job.event : job.event.split("/")[0]) &&
  (limit === undefined || job.gates?.some((gate) => gate.limit === limit && (key ?? gate.key) === gate.key) === true);
