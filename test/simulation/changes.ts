import * as postBulk from "../../lambdas/api/routes/post-bulk.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import {
  type Change,
  cancel,
  changeJob,
  deleteJob,
  pauseJob,
  reschedule,
  resume,
  retry,
  runNow,
} from "../../lambdas/core/operations/change-job.ts";
import { requireFeature } from "../../lambdas/core/operations/parent-guard.ts";
import { requireKey, yieldKey } from "../../lambdas/core/operations/schedule-shared.ts";
import type { BulkAction } from "../../lambdas/core/requests/bulk-request.ts";
import { repeatOf } from "../../lambdas/core/requests/repeat-request.ts";
import type { World } from "./adversary.ts";
import type { Invocation, Purpose } from "./invocation.ts";
import { attemptKey, attemptOf, isWaiting, type Ledger, nameOf, stateOf } from "./ledger.ts";
import { isPaused, promises } from "./promises.ts";
import { randomRepeat } from "./requests.ts";
import type { System } from "./system.ts";

const purposes: Partial<Record<string, Purpose>> = { retry: "retry", delete: "delete" };

/** The change's name, the jobs that it applies to, and the rule. Most people who request it mean one of those jobs. */
type Asked = [what: string, fits: (job: Job) => boolean, rule: (now: number) => Change | "delete"];

/** A running job changes often; a caller that answers CONFLICT must have seen it change (core/operations/change-job.ts). */
const tooFast = 9;

/** People who change jobs while these run: one job, or many by a filter. */
export function changes(
  { time, random, late, hardship, observer, policies }: World,
  ledger: Ledger,
  system: System,
  askAgain: (id: string) => void,
) {
  const { start, lifeOf, handedOver } = ledger;
  const isOpen = (job: Job) => !isFinished(job);
  const isOpenSeries = (job: Job) => isOpen(job) && job.repeat !== undefined;
  const all: Asked[] = [
    ["cancel", isOpen, () => cancel("by request")],
    ["pause", isOpenSeries, () => pauseJob],
    ["resume", isPaused, () => resume],
    ["reschedule", isOpen, (now) => reschedule({ due_at: now + random.int(0, 2_000_000) })],
    ["reschedule the series", isOpenSeries, (now) => reschedule({ repeat: laterRepeat(now) })],
    ["retry", ({ status }) => status === "failed", () => retry(random.pick([0, 5000, 1_000_000]))],
    ["run now", isOpen, () => runNow],
    ["delete", isFinished, () => "delete"],
  ];
  const laterRepeat = (now: number) => repeatOf(policies(randomRepeat(random, now)), now + random.int(0, 60_000));
  const asked = random.chance(0.5) ? all : random.some(all);
  const isOurs = (created: number) => created >= start - 10_000;

  /** The steps that a run knows and that have not ended. A decision that stood still may revive one that has, which cancels itself then. */
  const openSteps = (id: string): string[] => {
    const known = JSON.stringify(system.jobs.peek(id)?.progress)?.match(/job_[0-9a-f]{32}/g) ?? [];
    return known.filter((step) => {
      const job = system.jobs.peek(step);
      return job !== undefined && !isFinished(job);
    });
  };

  const change = async (what: string, id: string, rule: Change | "delete") => {
    const { services, invocation, end } = system.invoke(purposes[what] ?? "change", what);
    observer.note(() => `${what} ${id.slice(-6)}`);
    const before = system.jobs.peek(id);
    try {
      const job = what === "retry" ? await services.jobs.get(id) : undefined;
      if (job) {
        await requireFeature(services, job);
        await requireKey(services, job);
      }
      if (rule === "delete") await deleteJob(services, id);
      else {
        const answered = await changeJob(services, id, rule);
        checkChanged(what, before, answered, invocation);
        // A run that undoes its steps first ends later, perhaps by a caller who gets no answer.
        if (answered.status === "cancelled") lifeOf(id).cancelled = { at: time.now(), steps: openSteps(id) };
      }
      if (job) await yieldKey(services, job);
      observer.cover(`changed: ${what}`);
      if (rule === "delete" && random.chance(0.5)) time.after(random.int(0, 60_000), () => askAgain(id));
    } catch (error) {
      observer.cover(`change refused: ${what} ${error instanceof RequestError ? error.code : "fault"}`);
      if (before && error instanceof RequestError) checkRefused(what, before, error);
    }
    end();
  };

  /** A change may be refused only for a reason that the error names and that is true. */
  function checkRefused(what: string, before: Job, { code }: RequestError) {
    const job = system.jobs.peek(before.id);
    const writes = (job?.version ?? before.version) - before.version;
    const name = `${what} of ${nameOf(before)}, ${before.status},`;
    if (code === "STATE_CONFLICT" && job === before && promises[what]?.mayHave(job))
      observer.violated("request", `${name} was refused for its state`);
    if (code === "UNAVAILABLE" && job?.created_at === before.created_at && writes < tooFast)
      observer.violated("request", `${name} was refused because it changes too fast, and has changed ${writes} times`);
  }

  /** An accepted change is reliable: the job was changed, and its queue, its steps and its feature know. */
  function checkChanged(what: string, before: Job | undefined, answered: Job, invocation: Invocation) {
    const { began } = invocation;
    const job = system.jobs.peek(answered.id);
    // When a late answer arrives, the job may have been deleted, and another may have its id, or may have had it.
    if (lifeOf(answered.id).createdAt !== answered.created_at) return;
    const name = `${nameOf(answered)}, which somebody was assured was changed by ${what},`;
    const written = lifeOf(answered.id).written.get(answered.version);
    if (written?.state !== stateOf(answered)) observer.violated("request", `${name} was never ${stateOf(answered)}`);
    if (before && !promises[what]?.makes(answered, before, time.now() + hardship.skew))
      observer.violated("request", `${name} is ${answered.status}`);
    const isOurs =
      written?.by === invocation && before?.version === answered.version - 1 && before.status === "scheduled";
    const isLeft = isOurs && (answered.status === "cancelled" || attemptOf(before) !== attemptOf(answered));
    // A request that is repeated meanwhile may dispatch the job as it was; whoever claims by that message drops it.
    const isHandedOver = isLeft && (handedOver.get(attemptOf(before)) ?? 0) >= began;
    if (isLeft && !isHandedOver && system.isScheduled(attemptOf(before)))
      observer.violated("routes", `${name} is scheduled still as it was before`);
    const isMoved = job?.due_at !== answered.due_at || job.attempt !== answered.attempt;
    // One that is paused has no message, and the request that resumes it may die before it sends one.
    if (job && isWaiting(job) && isWaiting(answered) && !isMoved && !handedOver.has(attemptOf(answered)))
      observer.violated("consumer", `${name} waits, but no queue or schedule has its message`);
    const wakeUp = handedOver.get(answered.parent ? attemptKey(answered.parent.message) : "") ?? 0;
    const isFresh = (answered.finished_at ?? 0) >= began - 3000;
    if (what === "cancel" && answered.parent && isFresh && wakeUp < began)
      observer.violated("feature", `${name} has ended, and its feature was not notified`);
  }

  /** A requested job, or the step of a feature. */
  const one = () => {
    const now = time.now();
    const jobs = system.jobs
      .all()
      .filter(({ parent, created_at }) => isOurs(created_at) && (!parent || random.chance(0.2)));
    if (jobs.length === 0) return;
    const [what, fits, ruleAt] = random.pick(asked);
    const fitting = random.chance(0.7) ? jobs.filter(fits) : [];
    const { id, due_at } = random.pick(fitting.length > 0 ? fitting : jobs);
    // Whoever pauses a job means to resume it.
    if (what === "pause" && random.chance(0.5))
      time.after(random.int(1000, 900_000), () => void change("resume", id, resume));
    // Many do so at the last moment, when others work on the job as well.
    const until = random.chance(0.4) ? due_at + random.int(-500, 1500) - now : 0;
    const ask = () => void change(what, id, ruleAt(time.now()));
    time.after(until, ask);
    // A caller without an answer asks again, since whoever received the first request may have died.
    if (what === "cancel" && hardship.race > 0) time.after(until + late.int(0, 2500), ask);
  };

  /** Someone waiting for a feature that fails retries it, or deletes it and requests another one. */
  function watchFailures() {
    system.onWrite(({ before, after }) => {
      if (after?.type !== "feature" || after.status !== "failed" || before?.status !== "running") return;
      const soon = late.int(10, 20_000);
      const reaction = late.pick(["retry", "retry", "delete", "none"]);
      if (reaction === "retry") time.after(soon, () => void change("retry", after.id, retry(0)));
      if (reaction === "delete") time.after(soon, () => void change("delete", after.id, "delete"));
    });
  }
  if (hardship.race > 0) watchFailures();

  /** Reads page by page, as a client does. */
  const many = async () => {
    const action = random.pick<BulkAction>(["cancel", "pause", "resume", "retry", "delete"]);
    const filter = {
      product_tag: "sim",
      env: "e",
      from: start - 10_000,
      to: start + 40_000_000,
      ...(random.chance(0.5) && { event: random.pick(["call", "tree"]) }),
    };
    let cursor: string | undefined;
    do {
      const { services, end } = system.invoke(purposes[action] ?? "change", `bulk ${action}`);
      observer.note(() => `bulk ${action}`);
      if (action === "delete") for (const { id } of system.jobs.all()) lifeOf(id).isDeletionTried = true;
      const body = { action, filter, limit: random.int(1, 4), ...(cursor && { cursor }) };
      try {
        const answer = await postBulk.handle(services, {
          id: "req-1",
          body,
          params: {},
          query: {},
          headers: {},
          scopes: allScopes,
          caller: "simulation",
          kept: {},
        });
        const page = answer.body as { next_cursor?: string; matched: number; succeeded: number };
        cursor = page.next_cursor;
        observer.cover(`bulk ${action}: ${page.succeeded > 0 ? "some" : "none"}`);
        end(200 + 100 * page.matched);
      } catch (error) {
        observer.cover(`bulk ${action}: ${error instanceof RequestError ? error.code : "fault"}`);
        cursor = undefined;
      }
    } while (cursor !== undefined);
  };

  return { one, many };
}
