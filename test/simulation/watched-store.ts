import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { PermanentError } from "../../lambdas/core/kernel/errors.ts";
import type { JobStore } from "../../lambdas/core/ports/job-store.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import { Injected } from "./adversary.ts";
import { eventsOf } from "./expected-events.ts";
import { claims, doingFor, type Invocation } from "./invocation.ts";
import { attemptOf, type Ledger, nameOf, nextRunKey, stateOf } from "./ledger.ts";
import type { Poison } from "./poison.ts";
import { isSkipped } from "./series-rules.ts";
import { checkClaim, checkRemoval, writeRules } from "./write-rules.ts";

export interface Watch {
  by: Invocation;
  poison: Poison;
  /** True time. */
  now: () => number;
  /** Whether the next write of a batch is refused. */
  refuses: () => boolean;
  onChange: Changed;
  /** Called with each job that is claimed, and the time of the claim by its Lambda's clock. */
  onClaim: (job: Job, at: number) => void;
}

const itemNeverTaken = () => new PermanentError("ValidationException", "DynamoDB will never take it");

type Changed = (change: Omit<JobChange, "at">) => void;

/** The store as one invocation uses it: every write is checked, and enters the table's stream, as it takes effect. */
export function watchedStore(
  store: FakeJobStore,
  ledger: Ledger,
  { by, now, refuses, poison, onChange, onClaim }: Watch,
): JobStore {
  const { observer, recorded, ahead, dueEvents, start, lifeOf } = ledger;
  const { peek } = store;
  const others = ({ id }: Job) => store.all().filter((job) => job.id !== id);

  function wrote(before: Job | undefined, after: Job) {
    const from = before?.status ?? "none";
    observer.cover(`${from} -> ${after.status}`);
    observer.note(
      () =>
        `${nameOf(after)}: ${from} -> ${after.status}${after.reason ? ` (${after.reason})` : ""}, due ${after.due_at - start}, lease ${(after.lease_until ?? 0) - start} ${after.claim_id?.slice(0, 4) ?? ""} by ${by.what}`,
    );
    recorded.add(attemptOf(after));
    if (after.repeat?.overlap === "cancel_previous" && hasBegun(after))
      push(ahead, nextRunKey(after.id, after.run + 1), after.repeat);
    lifeOf(after.id).written.set(after.version, { state: stateOf(after), by });
    const outcome = before && lifeOf(before.id).archive.get(before.run)?.status;
    const events = after.list ? [] : eventsOf(before, after, outcome);
    for (const [index, name] of events.entries()) {
      observer.cover(`to publish: ${name}`);
      // What a run has received is told with its end, under the same number.
      const later = events.slice(index + 1).filter((other) => !name.startsWith("run.") || other === "scheduled").length;
      const transition = `${name} ${versionOf(after) - later}`;
      push(dueEvents, after.id, { transition, write: after.version });
    }
    const own = doingFor(by, after.id);
    for (const rule of writeRules) rule(ledger, { by: own, before, after, now: now(), peek, all: store.all, others });
    onChange({ ...(before && { before }), after });
  }

  function born(job: Job) {
    ledger.birth(job, by);
    wrote(undefined, job);
  }

  /** Only for jobs that callers request; a permanently refused step is only its feature's problem. */
  function isRefusedForGood({ id, parent, made_by }: Job) {
    if (parent || made_by === "alert" || peek(id) || !poison.item(id)) return false;
    observer.cover("item refused for good");
    by.refusedForGood++;
    return true;
  }

  return {
    ...store,

    async create(job) {
      const before = peek(job.id);
      if (isRefusedForGood(job)) throw itemNeverTaken();
      const answer = store.create(job);
      if (!before) born(job);
      return answer;
    },

    async createMany(jobs) {
      const refused = jobs.flatMap((job, index) => {
        if (refuses()) return [{ index, cause: new Injected("no capacity") }];
        return isRefusedForGood(job) ? [{ index, cause: itemNeverTaken() }] : [];
      });
      const taken = jobs.filter((_, place) => !refused.some(({ index }) => index === place));
      await store.createMany(taken);
      for (const job of taken) born(job);
      return refused;
    },

    async claim(message, claim) {
      const before = peek(message.job_id);
      const answer = store.claim(message, claim);
      const after = peek(message.job_id);
      if (before && after !== before && after?.claim_id === claim.claimId) {
        claims(by, message.job_id, claim.claimId);
        checkClaim(ledger, before, { message, claim, peek });
        onClaim(before, claim.now);
        wrote(before, after);
      }
      return answer;
    },

    async replace(next, writeId) {
      const before = peek(next.id);
      const answer = store.replace(next, writeId);
      const after = peek(next.id);
      if (before && after && after !== before) wrote(before, after);
      return answer;
    },

    async remove(job) {
      const before = peek(job.id);
      const answer = store.remove(job);
      if (!before || peek(job.id)) return answer;
      observer.cover(`${before.status} -> removed`);
      observer.note(() => `${nameOf(before)}: removed by ${by.what}`);
      checkRemoval(ledger, before, { by, now: now(), peek });
      onChange({ before });
      return answer;
    },

    async archive(run) {
      await store.archive(run);
      const kept = store.archivedRun(run.job_id, run.run) ?? run;
      const { archive, skipped } = lifeOf(run.job_id);
      archive.set(run.run, kept);
      if (isSkipped(kept)) skipped.add(run.run);
      else skipped.delete(run.run);
    },
  };
}

/** One write of a series may lead to two events. */
const versionOf = ({ version, repeat }: Job) => (repeat ? 2 * version : version);

/** Whether the current run has been started, as far as the job shows it. */
const hasBegun = ({ status, attempt, snoozes }: Job) => status === "running" || attempt > 1 || snoozes !== undefined;

function push<Item>(lists: Map<string, Item[]>, key: string, item: Item) {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
