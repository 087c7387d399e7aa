import { type Job, jobMessageOf, shownStatus } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import {
  afterClaim,
  attemptFailed,
  cancelled,
  claimable,
  claimReturned,
  completed,
  keptAttempts,
  parked,
  wakeRequested,
} from "../../../../lambdas/core/job/transitions.ts";
import { newJob } from "../../../../lambdas/core/requests/new-job.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { claimCases } from "../../../support/conformance/job-store/claim-cases.ts";

const now = Date.UTC(2026, 0, 1);
const request = { env: "prd", product_tag: "my-product", event: "create_order", input: {}, retries: 2 };
const born = (start_at: number, more = {}): Job =>
  newJob(parseRequest({ ...request, start_at, ...more }, catalog, now), {
    id: "job_1",
    writeId: "w1",
    now,
    input: { inline: {} },
  });
const claim = (job: Job, at: number) => afterClaim(job, { claimId: "c1", now: at, leaseMarginMs: 1000 });
const busy = (options = {}) => new JobError("SERVICE_UNAVAILABLE", "busy", options);

describe("a new job", () => {
  it("is queued when due and scheduled otherwise", () => {
    expect(born(0)).toMatchObject({ status: "queued", due_at: now, run: 1, attempt: 1, claims: 0, version: 1 });
    const later = born(now + 1000);
    expect(later.status).toBe("scheduled");
    expect(shownStatus(later, now + 999)).toBe("scheduled");
    expect(shownStatus(later, now + 1000)).toBe("queued");
  });
});

describe("a claim", () => {
  const job = born(0);
  const running = claim(job, now + 50);

  it("makes the job run with a lease of its timeout and a margin", () => {
    expect(running).toMatchObject({ status: "running", claim_id: "c1", started_at: now + 50, claims: 1, version: 2 });
    expect(running.lease_until).toBe(now + 50 + 30_000 + 1000);
  });

  it.each(claimCases())("of $what at noon: $answer", ({ job: of, message, type, answer }) => {
    expect(claimable(of, { ...jobMessageOf(of), ...message }, noon, type)).toBe(answer);
  });
});

describe("the error of a failed job", () => {
  const wordy = new JobError("VALIDATION_ERROR", "no ".repeat(100_000));

  it("is kept within a kilobyte, so that 25 attempts fit into an item", () => {
    const failed = attemptFailed(claim(born(0), now), now + 10, { error: wordy, random: 0 });
    expect(failed).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    expect(Buffer.byteLength(failed.error?.message ?? "")).toBeLessThanOrEqual(1024);
    expect(failed.attempts[0]?.error).toEqual(failed.error);
    expect(Buffer.byteLength(cancelled(born(0), now, "no ".repeat(100_000)).reason ?? "")).toBeLessThanOrEqual(1024);
  });
});

describe("an attempt that succeeded", () => {
  it("completes the job, records the attempt and drops the claim", () => {
    const done = completed(claim(born(0), now + 50), now + 80, { inline: { ok: true } });
    expect(done).toMatchObject({
      status: "completed",
      finished_at: now + 80,
      result: { inline: { ok: true } },
      version: 3,
    });
    expect(done.attempts).toEqual([
      { attempt: 1, due_at: now, started_at: now + 50, ended_at: now + 80, outcome: "completed" },
    ]);
    expect(done).not.toHaveProperty("claim_id");
    expect(done).not.toHaveProperty("lease_until");
  });

  it("drops the error and the progress of earlier attempts", () => {
    const retried = attemptFailed(claim(born(0), now), now, { error: busy(), random: 0, progress: { inline: 1 } });
    expect(retried).toMatchObject({ progress: { inline: 1 }, error: { code: "SERVICE_UNAVAILABLE" } });
    const done = completed(claim(retried, now), now, { inline: null });
    expect(done).not.toHaveProperty("error");
    expect(done).not.toHaveProperty("progress");
  });
});

describe("an attempt that failed", () => {
  it("is followed by the next one after the backoff, with a fresh count of claims", () => {
    const next = attemptFailed(claim(born(0), now), now + 100, { error: busy(), random: 0.5 });
    expect(next).toMatchObject({ status: "scheduled", attempt: 2, due_at: now + 100 + 500, claims: 0 });
    expect(next.attempts).toMatchObject([
      { attempt: 1, outcome: "failed", error: { code: "SERVICE_UNAVAILABLE", retryable: true } },
    ]);
  });

  it("fails the job after 1 + retries attempts", () => {
    let job = born(0);
    for (let attempt = 1; attempt <= 2; attempt++) {
      job = attemptFailed(claim(job, now), now, { error: busy(), random: 0 });
      expect(job).toMatchObject({ status: "queued", attempt: attempt + 1 });
    }
    job = attemptFailed(claim(job, now), now, { error: busy(), random: 0 });
    expect(job).toMatchObject({
      status: "failed",
      attempt: 3,
      error: { code: "SERVICE_UNAVAILABLE" },
      finished_at: now,
    });
    expect(job.attempts).toHaveLength(3);
  });

  it("fails the job at once when it is not retryable", () => {
    const job = attemptFailed(claim(born(0), now), now, { error: new JobError("NOT_FOUND", "no"), random: 0 });
    expect(job).toMatchObject({ status: "failed", attempt: 1, error: { code: "NOT_FOUND", retryable: false } });
  });

  it("keeps the last attempts only, with their crashes", () => {
    const many = Array.from({ length: 40 }, (_, i) => ({
      attempt: i,
      due_at: 0,
      started_at: 0,
      ended_at: 0,
      outcome: "failed" as const,
    }));
    const job = completed(claim(claim({ ...born(0), attempts: many }, now), now), now, { inline: 1 });
    expect(job.attempts).toHaveLength(keptAttempts);
    expect(job.attempts.at(-1)).toMatchObject({ crashes: 1, outcome: "completed" });
  });
});

describe("a cancelled job", () => {
  it("ends with its reason; a running attempt loses its claim", () => {
    expect(cancelled(born(0), now, "expired")).toMatchObject({ status: "cancelled", reason: "expired", attempts: [] });
    const stopped = cancelled(claim(born(0), now), now + 5, "by request");
    expect(stopped.attempts).toMatchObject([{ outcome: "cancelled" }]);
    expect(stopped).not.toHaveProperty("claim_id");
  });
});

describe("a job that is put off", () => {
  it("waits as if it had not been claimed, with its attempt unspent", () => {
    const due = born(0);
    expect(claimReturned(claim(due, now + 50), now + 60)).toEqual({ ...due, version: 3 });
  });

  it("is scheduled if its time is ahead by the clock", () => {
    const later = born(now + 1000);
    expect(claimReturned(claim(later, now + 1000), now + 999)).toMatchObject({
      status: "scheduled",
      due_at: now + 1000,
    });
    expect(claimReturned(claim(later, now + 1000), now + 1000)).toMatchObject({ status: "queued", due_at: now + 1000 });
  });

  it("keeps its retries, its attempts and what they achieved", () => {
    const retried = attemptFailed(claim(born(0), now), now, { error: busy(), random: 0, progress: { inline: 1 } });
    const back = claimReturned(claim(retried, now + 5), now + 6);
    expect(back).toEqual({ ...retried, version: retried.version + 2 });
    expect(attemptFailed(claim(back, now), now, { error: busy(), random: 0 })).toMatchObject({
      attempt: 3,
      status: "queued",
    });
  });

  it("is claimed by the message of the same attempt", () => {
    const due = born(0);
    expect(claimable(claimReturned(claim(due, now), now), jobMessageOf(due), now)).toBe("yes");
  });

  it("has not crashed, however often", () => {
    let job = born(0);
    for (let i = 0; i < 10; i++) job = claimReturned(claim(job, now), now);
    expect(job.claims).toBe(0);
    expect(completed(claim(job, now), now, { inline: 1 }).attempts).toEqual([
      { attempt: 1, due_at: now, started_at: now, ended_at: now, outcome: "completed" },
    ]);
  });

  it("keeps the crash of an earlier claim, running with an ended lease", () => {
    const crashed = claim(born(0), now);
    const back = claimReturned(claim(crashed, now + 60_000), now + 60_001);
    expect(back).toMatchObject({ status: "running", claims: 1, lease_until: 0, attempts: [] });
    expect(back).not.toHaveProperty("claim_id");
    expect(claimable(back, jobMessageOf(back), now + 60_002)).toBe("yes");
  });

  it("is parked for the same decision if it was parked", () => {
    const between = parked(claim(born(0), now), { inline: { a: 1 } }, now + 60_000, { retry_decision_at: now + 5000 });
    const back = claimReturned(wakeRequested(claim(between, now + 5000)), now + 5001);
    expect(back).toEqual({ ...between, started_at: now + 5000, version: between.version + 3 });
  });
});

describe("a job that is parked", () => {
  const first = parked(wakeRequested(claim(born(0), now)), { inline: {} }, now + 60_000, {
    retry_decision_at: now + 5000,
    failing_since: now,
  });

  it("has no claim, and asks again only while AWS refuses a step", () => {
    for (const field of ["claim_id", "wake_requested"]) expect(first).not.toHaveProperty(field);
    expect(first).toMatchObject({ retry_decision_at: now + 5000, parked_since: now, claims: 0 });
    const next = parked(claim(first, now + 5000), { inline: {} }, now + 60_000);
    expect(next).not.toHaveProperty("retry_decision_at");
    expect(next).not.toHaveProperty("failing_since");
    expect(next).toMatchObject({ parked_since: now });
  });

  it("keeps nothing of its decisions once its attempt has ended", () => {
    const failure = { error: busy(), random: 0 };
    for (const ended of [
      attemptFailed(first, now, failure),
      completed(first, now, { inline: 1 }),
      cancelled(first, now, "a"),
    ])
      for (const field of [
        "wake_at",
        "retry_decision_at",
        "failing_since",
        "wake_requested",
        "parked_since",
        "claim_id",
        "lease_until",
      ])
        expect(ended).not.toHaveProperty(field);
  });
});
