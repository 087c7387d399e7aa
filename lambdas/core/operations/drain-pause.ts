import type { Tenant } from "../access/tenants.ts";
import { silenceRules } from "../catalog/alerts.ts";
import { fairGroupOf, type Job, jobMessageOf, phaseTime } from "../job/job.ts";
import { scheduleJobId } from "../job/job-id.ts";
import {
  covers,
  type Drain,
  drainOf,
  drainSlotsOf,
  holding,
  isReleased,
  type Pause,
  pauseEndOf,
  pauseKnownMs,
} from "../job/pause.ts";
import { defined } from "../kernel/defined.ts";
import { PermanentError, traceOf } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { type Refused, refusedBy } from "../ports/refused.ts";
import { linedJobs } from "./lines.ts";
import { type Listed, listJobs } from "./list-jobs.ts";
import { jobFields } from "./log-fields.ts";
import type { Services } from "./services.ts";
import { wakeGate } from "./tick.ts";

/** How far ahead of their start times messages are sent: more than the minute between two rounds of the reconciler. */
const aheadMs = 120_000;
/** For pages of the index and for batch reads of jobs. */
const pageSize = 100;
const writesAtOnce = 10;

interface Drained {
  sent: number;
  failed: number;
}

type Draining = Pick<Services, "catalog" | "jobs" | "queue" | "pauses" | "gates" | "ticks" | "clock" | "log">;

/**
 * Sends the jobs that a pause held, once it has ended: in the order of their times, each with a delay, so that they start at
 * the pause's rate. Works until messages for the next two minutes are sent, or until `end` (epoch milliseconds), and writes
 * after every page how far it has come. Sends first and writes then: after a crash a page is sent twice, which claims bear.
 * A pause whose jobs have all had their time is deleted.
 */
export async function drainPause(
  services: Draining,
  first: Pause,
  { end, pages = Number.POSITIVE_INFINITY }: { end: number; pages?: number },
): Promise<Drained> {
  const total: Drained = { sent: 0, failed: 0 };
  let pause = first;
  for (let page = 0; page < pages && services.clock.now() < end; page++) {
    const now = services.clock.now();
    if (drainOf(pause, now).next_at > now + aheadMs) return total;
    const listed = await heldJobs(services, pause, now);
    // Read after the end of this pause was written: of two that end at the same time, one at least knows of the other's end.
    const others = listed.jobs.length > 0 ? await services.pauses.list() : [];
    const held = releasable(heldBy(pause, listed.jobs), others, now);
    await excuse(services, pause, held, now);
    const sent = await sendPage(services, pause, await unlined(services, held));
    total.failed += sent.failed;
    // What SQS refuses for now is sent again in the next round, with what follows it in its page.
    if (!sent.drain) return total;
    total.sent += sent.drain.sent - drainOf(pause, now).sent;
    if (sent.last) {
      await services.pauses.put(
        { ...pause, drain: { ...sent.drain, after: drainPositionOf(sent.last) }, version: pause.version + 1 },
        pause,
      );
      return total;
    }
    const isAll = listed.next === undefined;
    const after = listed.next ?? lastOf(listed) ?? pause.drain?.after;
    const next = { ...pause, drain: { ...sent.drain, ...defined({ after }) }, version: pause.version + 1 };
    if (isAll && isDrainOver(pause, sent.drain, now)) {
      await services.pauses.remove(pause);
      return total;
    }
    // Nothing to write where nothing was found. Another pause of the scope, or another round, has taken it over.
    if (isAll && listed.jobs.length === 0) return total;
    if ((await services.pauses.put(next, pause)) === "lost" || isAll) return total;
    pause = next;
  }
  return total;
}

/** Every consumer knows of the end by then, and the last message that was sent has had its time. */
const isDrainOver = (pause: Pause, { next_at }: Drain, now: number): boolean =>
  now > (pauseEndOf(pause, now) ?? now) + pauseKnownMs && next_at <= now;

/** The next jobs that were due when the pause ended, or before consumers knew of its end. */
function heldJobs({ catalog, jobs }: Draining, pause: Pause, now: number): Promise<Listed> {
  const until = Math.min(now, (pauseEndOf(pause, now) ?? now) + pauseKnownMs);
  const status = ["queued", "running"] as const;
  const query = { status, until, order: "asc", limit: pageSize } as const;
  const place = defined({ event: pause.event, after: pause.drain?.after });
  return listJobs(jobs, tenantsIn(catalog, pause), { ...query, ...place }, now);
}

/** The tenants of a pause. A product or an env that the catalog has lost has no jobs that could run. */
const tenantsIn = ({ products }: Services["catalog"], { product, env }: Pause): Tenant[] =>
  products
    .filter(({ tag }) => tag === product)
    .flatMap(({ envs }) => envs.filter((one) => env === undefined || env === one))
    .map((one) => ({ product, env: one }));

/** The pause of a limit finds other jobs in the index too. */
const heldBy = (pause: Pause, jobs: readonly Job[]): Job[] => jobs.filter((job) => covers(pause, job));

/** What another pause still holds gets its message when that one ends. */
const releasable = (jobs: readonly Job[], others: readonly Pause[], now: number): Job[] =>
  jobs.filter((job) => isReleased(job, now) && !holding(others, job, now));

/**
 * What the pause has let no run of a schedule do in time is not missed: nothing says so of a run that is at work once the pause is deleted.
 * Only for schedules that an alert watches. A run that something else has changed meanwhile keeps its own.
 */
async function excuse({ catalog, jobs }: Draining, pause: Pause, held: readonly Job[], now: number): Promise<void> {
  const product = catalog.products.find(({ tag }) => tag === pause.product);
  const rules = product ? silenceRules(product) : [];
  const watched = new Set(rules.map(({ env, schedule }) => scheduleJobId(pause.product, env, schedule)));
  const end = pauseEndOf(pause, now) ?? now;
  const missing = held.filter(({ id, planned_since = 0 }) => watched.has(id) && planned_since < end);
  await inParallel(writesAtOnce, missing, (job) =>
    jobs.replace({ ...job, planned_since: end, version: job.version + 1 }),
  );
}

/** Those that stand in no line. The lines of the others go on where the pause has stopped them. */
async function unlined(services: Draining, jobs: readonly Job[]): Promise<Job[]> {
  const lined = await linedJobs(services, jobs);
  const gates = new Map([...lined.values()].map((gate) => [JSON.stringify(gate), gate]));
  for (const gate of gates.values()) await wakeGate(services, gate);
  return jobs.filter((job) => !lined.has(job.id));
}

const drainPositionOf = (job: Job) => ({ id: job.id, time: phaseTime(job) });

const lastOf = ({ jobs }: Listed) => {
  const last = jobs.at(-1);
  return last && drainPositionOf(last);
};

interface Sent {
  /** How far the drain has come; absent if the page has to be sent again. */
  drain?: Drain;
  failed: number;
  /** The last job before the first one that was refused, if the page has to be sent again from there. */
  last?: Job;
}

/** Sends the jobs of a page. */
async function sendPage(services: Draining, pause: Pause, jobs: readonly Job[]): Promise<Sent> {
  const { clock, log } = services;
  const now = clock.now();
  if (jobs.length === 0) return { failed: 0, drain: drainOf(pause, now) };
  const { slots, next_at } = drainSlotsOf(pause, jobs.length, now);
  const refused = await sendAt(services, jobs, (index) => Math.ceil(((slots[index] ?? now) - now) / 1000));
  for (const { index, cause } of refused) {
    log.error("a job of a pause that has ended could not be sent", {
      ...jobFields(jobs[index] as Job),
      ...traceOf(cause),
    });
  }
  const failed = refused.length;
  const before = pause.drain?.sent ?? 0;
  const passing = refused.filter(({ cause }) => !(cause instanceof PermanentError)).map(({ index }) => index);
  if (passing.length === 0) return { failed, drain: { next_at, sent: before + jobs.length - failed } };
  const first = Math.min(...passing);
  const [last, at] = [jobs[first - 1], slots[first]];
  return last && at !== undefined ? { failed, last, drain: { next_at: at, sent: before + first } } : { failed };
}

/** Sends jobs to the queues of their types, with as few calls as SQS allows. */
async function sendAt(
  { queue }: Draining,
  jobs: readonly Job[],
  delayOf: (index: number) => number,
): Promise<Refused[]> {
  const entries = jobs.map((job, index) => ({
    index,
    type: job.type,
    entry: { message: jobMessageOf(job), delaySeconds: delayOf(index), group: fairGroupOf(job) },
  }));
  const sends = [...new Set(entries.map(({ type }) => type))].map(async (type) => {
    const own = entries.filter((one) => one.type === type);
    const refused = await refusedBy(own.length, () =>
      queue.sendMany(
        type,
        own.map(({ entry }) => entry),
      ),
    );
    return refused.flatMap(({ index, cause }) => (own[index] ? [{ index: own[index].index, cause }] : []));
  });
  return (await Promise.all(sends)).flat();
}
