import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { World } from "./adversary.ts";
import type { Executions, Marked } from "./executions.ts";
import type { Invocation } from "./invocation.ts";
import { type Ledger, nameOf, type TargetCall } from "./ledger.ts";
import { canary } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Request } from "./requests.ts";
import type { Write } from "./write.ts";

/** The event whose target is a fallback: `main`, which fails often and in every way, then `spare`. */
export const spareEvent = "spared";

/** Jobs of that event, over the first minutes. */
export const spareRequest = ({ time, hardship }: World, random: Random): Request =>
  ({
    product_tag: "sim",
    env: "e",
    event: spareEvent,
    input: { body: { secret: canary } },
    start_at: random.pick([0, time.now() + random.int(1, 5000)]),
    retries: random.int(0, 2),
    timeout_ms: random.int(2000, 5000) + Math.min(20_000, hardship.patience),
    idempotency_key: `spared-${random.next()}`,
  }) as Request;

/** Calls one target of a fallback. No attempt may call one twice, or go on to another once it may have been done. */
export function spareExecutor(
  { time, observer }: World,
  { ledger, executions, random }: { ledger: Ledger; executions: Executions; random: Random },
  by: Invocation,
): ExecuteWithServices {
  return async ({ job, event, clock, signal }) => {
    const claim = String(job.claim_id);
    const calls = ledger.targetCalls.get(claim) ?? [];
    const call: TargetCall = { name: String(event.app), mayBeDone: false };
    if (calls.length === 0) executions.started(job, by, { at: clock.now(), real: time.now() });
    if (calls.some(({ name }) => name === call.name))
      observer.violated("targets", `${nameOf(job)} is tried twice at ${call.name}`);
    if (calls.some(({ mayBeDone }) => mayBeDone))
      observer.violated("targets", `${nameOf(job)} is tried at ${call.name} although it may have been done`);
    ledger.targetCalls.set(claim, [...calls, call]);
    observer.cover(calls.length === 0 ? `a fallback begins with ${call.name}` : `a fallback goes on to ${call.name}`);
    try {
      await clock.sleep(random.int(1, 500), signal);
      signal.throwIfAborted();
      const failure = call.name === "main" ? failureOf(random.next()) : failureOf(random.next() * 3);
      call.mayBeDone = failure === undefined || failure.code === "CONNECTION_ERROR";
      if (failure) throw failure;
      return { n: job.attempt, claim: job.claim_id, secret: canary } satisfies Marked;
    } finally {
      executions.ended(job, time.now());
    }
  };
}

/** A connection that was lost may have carried everything. */
function failureOf(fate: number): JobError | undefined {
  if (fate < 0.3) return new JobError("SERVICE_UNAVAILABLE", "busy", { nothingDone: true });
  if (fate < 0.45) return new JobError("CONNECTION_ERROR", "lost", { providerCode: "ECONNRESET" });
  if (fate < 0.55) return new JobError("RATE_LIMITED", "slow down", { retryAfterMs: 20_000, nothingDone: true });
  return fate < 0.6 ? new JobError("NOT_FOUND", "permanent") : undefined;
}

/** The record of an attempt names the targets that it called, in their order. */
export function targetsAreKept({ observer, targetCalls }: Ledger, { by, before, after }: Write) {
  if (before?.event !== spareEvent || before.claim_id === undefined || before.claim_id !== by.claim_id) return;
  const record = after.attempts.at(-1);
  const calls = targetCalls.get(before.claim_id) ?? [];
  if (!record || record.attempt !== before.attempt || after.attempts.length === before.attempts.length) return;
  const found = record.target && [...(record.target.tried ?? []), record.target].map(({ name }) => name);
  const called = calls.map(({ name }) => name);
  if ((found ?? []).join() !== called.join())
    observer.violated("targets", `${nameOf(before)} says that it called ${found}, and called ${called}`);
}
