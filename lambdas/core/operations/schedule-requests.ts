import type { Job } from "../job/job.ts";
import type { SharedKey } from "../job/shared-key.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { refusedBy } from "../ports/refused.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { dispatchMany } from "./dispatch.ts";
import { hasFreshId, prepareJob, recordJob, scheduleJob, throwUnrecorded, undispatched } from "./schedule-job.ts";
import { type SharedOutcome, type SharedScheduling, scheduleShared } from "./schedule-shared.ts";
import { type Verifying, withVerifiedSession } from "./verify-session.ts";

/** Names the job that a request shares with others. The requests of one key have to be handled in their order. */
export const sharedKeyOf = ({ product, env, tag, debounce, unique }: AcceptedRequest): SharedKey | undefined => {
  const of = { product: product.tag, env, event: tag };
  if (debounce) return { ...of, kind: "debounce", key: debounce.key };
  return unique && { ...of, kind: "unique", key: unique.key };
};

/** What schedules the requests of callers, who may bring a session. */
interface CallerScheduling extends SharedScheduling, Verifying {}

/** Schedules any request as `scheduleJob` does, also one that shares its job with others, once the token of its session is checked. */
export async function scheduleRequest(services: CallerScheduling, asked: AcceptedRequest): Promise<SharedOutcome> {
  const request = await withVerifiedSession(services, asked);
  const key = sharedKeyOf(request);
  if (key === undefined) return { job: await scheduleJob(services, request) };
  return scheduleShared(services, request, key);
}

/** The outcome of one request of a batch. `error` is what `scheduleRequest` would have thrown. */
export type Scheduled = SharedOutcome | { error: unknown };

/** How many calls are under way at a time where AWS has no batch call. */
const atOnce = 10;

interface Pending {
  index: number;
  request: AcceptedRequest;
  job: Job;
}

/**
 * `scheduleRequest` for many requests, with as few calls as AWS allows. Each request is accepted or refused by itself. The outcomes
 * are in the order of the requests.
 */
export async function scheduleJobs(
  services: CallerScheduling,
  requests: readonly AcceptedRequest[],
): Promise<Scheduled[]> {
  const outcomes: Scheduled[] = [];
  /** Does one step for all items. An error is the outcome of its request only; the other items continue. */
  const step = async <T extends { index: number }, R>(
    items: readonly T[],
    work: (item: T) => Promise<R | undefined>,
  ) => {
    const left = await inParallel(atOnce, items, async (item) => {
      try {
        return await work(item);
      } catch (error) {
        outcomes[item.index] = { error };
        return undefined;
      }
    });
    return left.filter((item) => item !== undefined);
  };

  const all = [...requests.entries()].map(([index, request]) => ({ index, request, key: sharedKeyOf(request) }));
  const numbered = all.filter(({ key }) => key === undefined);
  // Those of one key follow each other, so that the last one is the last one of the batch.
  const sharing = Map.groupBy(
    all.filter(({ key }) => key !== undefined),
    ({ key }) => JSON.stringify(key),
  );
  await inParallel(atOnce, [...sharing.values()], async (ofKey) => {
    for (const { index, request } of ofKey)
      outcomes[index] = await scheduleRequest(services, request).catch((error: unknown) => ({ error }));
  });
  const prepared = await step(numbered, async ({ index, request: asked }): Promise<Pending> => {
    const request = await withVerifiedSession(services, asked);
    return { index, request, job: await prepareJob(services, request) };
  });

  const fresh = prepared.filter(({ request }) => hasFreshId(request));
  const unstored = await refusedBy(fresh.length, () => services.jobs.createMany(fresh.map(({ job }) => job)));
  const refused = causesOf(unstored, fresh);
  const stored = await step(fresh, async (item) =>
    refused.has(item) ? await throwUnrecorded(services, item.job, refused.get(item)) : item,
  );
  const named = prepared.filter(({ request }) => !hasFreshId(request));
  const recorded = await step(named, async (item): Promise<Pending | undefined> => {
    const { job, isNew } = await recordJob(services, item.job, item.request);
    if (isNew) return item;
    outcomes[item.index] = { job };
    return undefined;
  });

  const waiting = [...stored, ...recorded];
  const lost = causesOf(
    await dispatchMany(
      services,
      waiting.map(({ job }) => job),
    ),
    waiting,
  );
  await step(waiting, async (item) => {
    if (lost.has(item)) await undispatched(services, item.job, lost.get(item));
    outcomes[item.index] = { job: item.job };
    return undefined;
  });
  return outcomes;
}

const causesOf = (refused: { index: number; cause: unknown }[], items: readonly Pending[]): Map<Pending, unknown> =>
  new Map(refused.map(({ index, cause }) => [items[index] as Pending, cause]));
