import {
  type Change,
  cancelling,
  changeJob,
  pausing,
  rescheduling,
  resuming,
  retrying,
  runningNow,
} from "../../lambdas/core/change-job.ts";
import { RequestError } from "../../lambdas/core/errors.ts";
import { parseRequest } from "../../lambdas/core/request.ts";
import { scheduleJob } from "../../lambdas/core/schedule-job.ts";
import type { Observer } from "./observer.ts";
import { catalog } from "./product.ts";
import type { Random } from "./random.ts";
import type { System } from "./system.ts";
import type { Timeline } from "./timeline.ts";

export interface Accepted {
  id: string;
  /** Changed by someone after it was accepted: its lateness says nothing then. */
  changed: boolean;
}

interface World {
  time: Timeline;
  random: Random;
  observer: Observer;
  system: System;
}

/** Random requests and changes over the first half hour; answers the receipts that were given. */
export function workload({ time, random, observer, system }: World, changes: boolean): Map<string, Accepted> {
  const accepted = new Map<string, Accepted>();

  function request() {
    const now = time.now();
    const recurring = random.chance(0.3);
    const repeat = random.chance(0.7)
      ? { every: random.pick([1000, 5000, 60_000]), limit: random.int(1, 4), overlap: random.pick(["skip", "queue"]) }
      : { cron: "*/5 * * * *", end_date: now + random.int(10, 40) * 60_000 };
    return {
      product_tag: "sim",
      env: "e",
      event: random.pick(["call", "call", "other", "pair", "tree"]),
      input: {},
      start_at: random.pick([
        0,
        now + random.int(1, 5000),
        now + random.int(5000, 890_000),
        now + random.int(900_000, 4_000_000),
      ]),
      retries: random.int(0, 3),
      timeout_ms: random.int(500, 5000),
      ...(recurring && { repeat }),
      ...(!recurring && random.chance(0.1) && { expires_at: now + 6_000_000 }),
      // Every job has a key, so that its id, and with it the history, is the seed's.
      idempotency_key: random.chance(0.2) ? `shared-${random.int(1, 3)}` : `key-${random.next()}`,
    };
  }

  async function create() {
    const { services } = system.invoke("api");
    try {
      const job = await scheduleJob(services, parseRequest(request(), catalog, services.clock.now()));
      observer.note(`accepted ${job.id.slice(-6)} (${job.event}), due in ${job.due_at - time.now()} ms`);
      accepted.set(job.id, { id: job.id, changed: accepted.get(job.id)?.changed ?? false });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      observer.cover(`refused: ${error.code}${error.jobId ? " with job_id" : ""}`);
    }
  }

  async function change() {
    const ids = [...accepted.keys()];
    if (ids.length === 0) return;
    const id = random.pick(ids);
    const [what, rule] = random.pick<[string, Change]>([
      ["cancel", cancelling("by request")],
      ["pause", pausing],
      ["resume", resuming],
      ["reschedule", rescheduling({ due_at: time.now() + random.int(0, 2_000_000) })],
      ["retry", retrying(random.pick([0, 5000, 1_000_000]))],
      ["run now", runningNow],
    ]);
    const { services } = system.invoke(what);
    if (what === "retry") observer.allow(id);
    observer.note(`${what} ${id.slice(-6)}`);
    (accepted.get(id) as Accepted).changed = true;
    try {
      await changeJob(services, id, rule);
      observer.cover(`changed: ${what}`);
    } catch (error) {
      observer.cover(`change refused: ${what} ${error instanceof RequestError ? error.code : "fault"}`);
    }
  }

  const operations = random.int(2, 6);
  for (let i = 0; i < operations; i++) time.after(random.int(0, 300_000), () => void create().catch(() => {}));
  if (changes) {
    for (let i = random.int(0, 6); i > 0; i--)
      time.after(random.int(1000, 1_800_000), () => void change().catch(() => {}));
  }
  return accepted;
}
