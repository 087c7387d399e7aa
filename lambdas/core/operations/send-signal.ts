import { uuidv7obj } from "uuidv7";
import type { Catalog } from "../catalog/catalog.ts";
import { takesAnySignal } from "../catalog/signals.ts";
import { fairGroupOf, isFinished, type Job, type JobMessage, jobMessageOf, shownStatus } from "../job/job.ts";
import { isRollingBack, runSince } from "../job/run-wait.ts";
import { addressLimits, type Signal, type SignalAddress, signalKeptMs, type Waiter } from "../job/signal.ts";
import { traceOf } from "../kernel/errors.ts";
import { invalidRequest, jobNotFound, RequestError } from "../kernel/request-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { Definitions } from "../ports/definitions.ts";
import type { JobQueue } from "../ports/job-queue.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import { refusedBy } from "../ports/refused.ts";
import type { Signals } from "../ports/signals.ts";
import { checkSignal, declaredBy, type SignalWanted } from "../requests/signal-request.ts";
import { eventOfJob } from "./kept-event.ts";

export interface Signalling {
  catalog: Catalog;
  jobs: Pick<JobStore, "get" | "getMany">;
  definitions: Pick<Definitions, "get">;
  signals: Signals;
  queue: Pick<JobQueue, "sendMany">;
  clock: Clock;
  log: Log;
}

/** What it takes to wake the runs of a message that is kept. */
export type Waking = Pick<Signalling, "signals" | "queue" | "clock" | "log">;

/** What became of a message. */
export interface SignalSent {
  id: string;
  /** The jobs of the runs that were waiting for it and are woken: of a key with more runs, the first hundred. */
  offered: string[];
  /** Until when, in epoch milliseconds, it waits for runs that come to wait for it later. */
  kept_until: number;
}

/** How many runs a sender wakes itself. The table's stream wakes all of them, a second later. */
const mostWoken = 100;

/**
 * Keeps a message, and wakes the runs that wait for it. It is kept first: a run that begins to wait meanwhile finds it, and if the sender
 * dies before it has woken the others, the table's stream does. Throws a RequestError for what no run could take, and if the address is full.
 */
export async function sendSignal(services: Signalling, wanted: SignalWanted): Promise<SignalSent> {
  const { clock } = services;
  const { address, run: found } = await addressed(services, wanted);
  const { payload, id = `sig_${uuidv7obj().toHex()}` } = wanted;
  const at = Math.max(clock.now(), found ? leastTimeOf(found) : 0);
  const wake = found && mayWaitAt(found, at) ? jobMessageOf(found) : undefined;
  const signal: Signal = { id, at, ...(payload !== undefined && { payload }), ...(wake && { wake }) };
  const kept_until = await keep(services, address, signal, wanted.id !== undefined);
  if (!found) {
    const waiters = await openWaiters(services, address, mostWoken);
    await wakeAll(services, address, messagesOf(waiters));
    return { id, offered: await offeredOf(services, undefined, waiters), kept_until };
  }
  // A run that has begun, or another attempt at it, while the message was kept may have looked for it before. One that begins later finds it.
  const run = (await services.jobs.get(found.id)) ?? found;
  await wakeAll(services, address, run.status === "running" ? [jobMessageOf(run)] : []);
  return { id, offered: await offeredOf(services, run, []), kept_until };
}

/** A run that is known was made before, whatever the clocks of two Lambdas say: it takes no message that seems to be older than it. */
const leastTimeOf = (run: Job): number => (run.status === "running" ? runSince(run) : run.created_at);

/** How long before its time a run may have begun by another clock, in milliseconds. */
const clocksApartMs = 10_000;

/** Whether a run may wait for a message: the stream wakes it too, in case that the sender dies. */
const mayWaitAt = (run: Job, at: number): boolean => run.status === "running" || run.due_at <= at + clocksApartMs;

/** Keeps a message, and returns until when. One that is there already stays, also at an address that is full. */
async function keep(
  { signals }: Signalling,
  address: SignalAddress,
  signal: Signal,
  isNamed: boolean,
): Promise<number> {
  const kept = await signals.put(address, signal, signal.at + signalKeptMs);
  if (kept.is === "kept") return signal.at + signalKeptMs;
  const there = isNamed ? await signals.find(address, signal.id) : undefined;
  if (!there) throw addressFull(address, kept.until);
  return there.at + signalKeptMs;
}

function addressFull({ signal, to }: SignalAddress, until: number): RequestError {
  const { messages, bytes } = addressLimits;
  const whose = "key" in to ? "with this key" : "to this run";
  return new RequestError(
    "STATE_CONFLICT",
    `The signal ${signal} ${whose} has ${messages} messages, or ${bytes / 1e6} MB of payloads, that are kept for runs: it takes no other one before ${new Date(until).toISOString()}. Give each order, user or document a separate key.`,
  );
}

/** What sending a message would do. Nothing is kept and nobody woken. Throws what sending it would. */
export async function previewSignal(services: Signalling, wanted: SignalWanted): Promise<Omit<SignalSent, "id">> {
  const { address, run } = await addressed(services, wanted);
  const { signals, clock } = services;
  const until = await signals.fullUntil(address, clock.now());
  const isThere = until !== undefined && wanted.id !== undefined && (await signals.find(address, wanted.id));
  if (until !== undefined && !isThere) throw addressFull(address, until);
  const waiters = run ? [] : await openWaiters(services, address, mostWoken);
  return {
    offered: await offeredOf(services, run, waiters),
    kept_until: (isThere ? isThere.at : clock.now()) + signalKeptMs,
  };
}

/** Where a message goes, and the run that it names, if it names one. Throws a RequestError for what no run could take. */
async function addressed(services: Signalling, wanted: SignalWanted): Promise<{ address: SignalAddress; run?: Job }> {
  const { product, env, signal, to } = wanted;
  const address: SignalAddress = { product, env, signal, to };
  if ("job_id" in to) return { address, run: await signalledRun(services, wanted, to.job_id) };
  await checkForKey(services, wanted, address);
  return { address };
}

/** The run that a message names. It has begun with a definition, which says what it takes. */
async function signalledRun(services: Signalling, wanted: SignalWanted, id: string): Promise<Job> {
  const { jobs, catalog, clock } = services;
  const { product, env } = wanted;
  const job = await jobs.get(id);
  if (!job || job.product !== product || job.env !== env) throw jobNotFound();
  const found = await eventOfJob(services, job);
  const declared = found?.definition.signals?.(found.target);
  if (declared === undefined && found !== undefined)
    throw invalidRequest([
      { pointer: "/job_id", detail: `is of a job of type ${job.type}: only features take signals` },
    ]);
  if (isFinished(job) || (isRollingBack(job) && !job.repeat)) {
    const jobStatus = shownStatus(job, clock.now());
    const why = isFinished(job) ? `is ${jobStatus}` : "only undoes its steps";
    throw new RequestError("STATE_CONFLICT", `The run ${why}: it takes no signal any more.`, { jobId: id, jobStatus });
  }
  // Code that declares none in the catalog checks what comes by itself.
  if (found?.definition.takesAnySignal?.(found.target)) return job;
  const all = declared && new Map(Object.entries(declared).map(([name, fields]) => [name, [fields]]));
  checkSignal(wanted, all ?? declaredBy(catalog, product));
  return job;
}

/** A signal that the catalog does not have may be one for which runs wait that began before a deployment. */
async function checkForKey(
  { catalog, signals }: Signalling,
  wanted: SignalWanted,
  address: SignalAddress,
): Promise<void> {
  const declared = declaredBy(catalog, wanted.product);
  const isUnknown = !declared.has(wanted.signal);
  if (isUnknown && takesAnySignal(catalog, catalog.product(wanted.product))) return;
  if (isUnknown && (await signals.waiters(address, 1)).length > 0) return;
  checkSignal(wanted, declared);
}

/** The jobs of the runs that wait. One that has ended by other means may still be noted. */
async function offeredOf({ jobs }: Signalling, run: Job | undefined, waiters: readonly Waiter[]): Promise<string[]> {
  if (run) return run.status === "running" && !isRollingBack(run) ? [run.id] : [];
  const ids = messagesOf(waiters).map(({ job_id }) => job_id);
  const open = ids.length === 0 ? [] : await jobs.getMany(ids);
  return open.filter((job) => !isFinished(job)).map(({ id }) => id);
}

async function openWaiters(
  { signals, clock }: Pick<Signalling, "signals" | "clock">,
  address: SignalAddress,
  most: number,
) {
  const now = clock.now();
  return (await signals.waiters(address, most)).filter(({ until }) => until > now);
}

/** One message for each run: two steps of it may wait. */
const messagesOf = (waiters: readonly Waiter[]): JobMessage[] => [
  ...new Map(waiters.map(({ message }) => [message.job_id, message])).values(),
];

/** How many notes of runs that wait are read at a time. */
const notesAtOnce = 1000;

/** Wakes all runs that wait at an address, however many. Throws if the queue refuses some. */
export async function wakeWaiters(
  services: Waking,
  address: SignalAddress,
  wake: JobMessage | undefined,
): Promise<void> {
  if (wake) return sendAll(services, address, [wake]);
  const { signals, clock } = services;
  for (let after: Waiter | undefined; ; ) {
    const noted = await signals.waiters(address, notesAtOnce, after);
    await sendAll(services, address, messagesOf(noted.filter(({ until }) => until > clock.now())));
    after = noted.at(-1);
    if (noted.length < notesAtOnce) return;
  }
}

async function sendAll(services: Waking, address: SignalAddress, messages: JobMessage[]): Promise<void> {
  const refused = await sendJobMessages(services, address, messages);
  if (refused.length > 0) throw refused[0]?.cause;
}

const sendJobMessages = (
  { queue }: Pick<Signalling, "queue">,
  tenant: Pick<Job, "product" | "env">,
  messages: JobMessage[],
) =>
  refusedBy(messages.length, () =>
    queue.sendMany(
      "feature",
      messages.map((message) => ({ message, delaySeconds: 0, group: fairGroupOf(tenant) })),
    ),
  );

/** The same for a sender, whose message is kept already: what the queue refuses, the stream sends again. */
export async function wakeAll(
  services: Pick<Signalling, "queue" | "log">,
  tenant: Pick<Job, "product" | "env">,
  messages: JobMessage[],
): Promise<void> {
  const refused = await sendJobMessages(services, tenant, messages);
  for (const { cause } of refused)
    services.log.warn("a run could not be woken for its signal; the stream of the table wakes it", traceOf(cause));
}
