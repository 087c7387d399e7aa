import { hash } from "node:crypto";
import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { ProductEndpoint } from "../../lambdas/core/catalog/webhook.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { finalEvents, type JobEventName } from "../../lambdas/core/job/job-event.ts";
import { afterClaim, completed } from "../../lambdas/core/job/transitions.ts";
import { recent } from "../../lambdas/core/kernel/recent.ts";
import type { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import type { Delivery } from "../../lambdas/core/outbound/webhook.ts";
import { aJob, noon } from "./builders.ts";
import { fakeBlobStore } from "./fakes/blob-store.ts";
import { fakeClock } from "./fakes/clock.ts";
import { fakeDeadLetters } from "./fakes/dead-letters.ts";
import { fakeEventBus } from "./fakes/event-bus.ts";
import { fakeFailures } from "./fakes/failures-store.ts";
import { fakeJobQueue } from "./fakes/job-queue.ts";
import { fakeLog } from "./fakes/log.ts";
import { fakeMessageQueue } from "./fakes/message-queue.ts";
import { fakeRunLogs } from "./fakes/run-logs.ts";
import { fakeSignals } from "./fakes/signals.ts";
import { fakeStatsStore } from "./fakes/stats-store.ts";

/** The lifecycle's services as fakes. */
export const lifecycle = (
  publish: readonly JobEventName[] = finalEvents,
  endpoints: readonly ProductEndpoint[] = [],
) => ({
  endpoints,
  webhooks: fakeMessageQueue<Delivery>(),
  blobs: fakeBlobStore(),
  recentlySent: recent(),
  deadLetters: fakeDeadLetters(),
  bus: fakeEventBus(),
  stats: fakeStatsStore(),
  hasTrends: (_product: string, event: string) => event === "trended",
  failures: fakeFailures(),
  tasks: fakeMessageQueue<TaskMessage>(),
  signals: fakeSignals(),
  runLogs: fakeRunLogs(),
  queue: fakeJobQueue(),
  clock: fakeClock(),
  log: fakeLog(),
  publish: new Set(publish),
});
type Lifecycle = ReturnType<typeof lifecycle>;

export const claim = (job: Job, now: number) => afterClaim(job, { claimId: "c", leaseMarginMs: 15_000, now });

let writes = 0;

/** A write as the stream delivers it, with a record id of its own: the same in each run, as marks made of it are short enough to meet. */
export const written = (change: Omit<JobChange, "at">): JobChange => {
  const id = hash("md5", `write ${++writes}`, "hex");
  return { ...change, at: noon, id, record: { eventID: id } };
};

/** The writes of a job from its creation to its end, as the stream delivers them. */
export function lifeOf(job = aJob(), at = noon) {
  const running = claim(job, at + 3);
  const states = [undefined, job, running, completed(running, at + 20, { inline: "s3cret" })];
  return states.slice(1).map((after, i) => written({ ...(states[i] && { before: states[i] }), after: after as Job }));
}

export const published = ({ bus }: Lifecycle) =>
  bus.published.map(({ name, detail }) => [name, detail.job_id] as const);

export const setAsideIn = ({ log }: Lifecycle) =>
  log.lines.reduce((sum, { measured }) => sum + (measured?.values.set_aside ?? 0), 0);
