import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { Job, JobMessage } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import { type ExecuteWithServices, Parked } from "../../../../lambdas/core/operations/execution.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const due = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });
const of = { type: "action", product: "my-product" };
const ok: ExecuteWithServices = async () => "s3cret result";

/** What the log says while a message is taken to its end. */
async function told(
  job: Job,
  execute: ExecuteWithServices = ok,
  message: Partial<JobMessage> = {},
  stored: Job[] = [job],
) {
  const services = fakeServices({ jobs: stored, catalog });
  await runJob(services, execute, aMessage(job, message), { random: () => 0.5 });
  return { ...services, lines: services.log.lines };
}

describe("the line of an attempt's end", () => {
  const failing =
    (code: "TIMEOUT" | "NOT_FOUND"): ExecuteWithServices =>
    async () => {
      throw new JobError(code, "s3cret");
    };
  const twice = {
    status: "running" as const,
    claim_id: "lost",
    lease_until: noon - 1,
    claims: 2,
    begun_claims: ["lost"],
  };
  const thrice = { ...twice, claims: 3, begun_claims: ["lost before", "lost"] };

  test.each<[string, Job, ExecuteWithServices, Record<string, number>, Record<string, unknown>]>([
    ["completed", due(), ok, { completed: 1 }, { status: "completed" }],
    ["failed", due(), failing("NOT_FOUND"), { failed: 1 }, { status: "failed", code: "NOT_FOUND" }],
    ["retried", due({ retries: 2 }), failing("TIMEOUT"), { retried: 1 }, { status: "scheduled", code: "TIMEOUT" }],
    ["cancelled", due({ expires_at: noon - 1 }), ok, { cancelled: 1 }, { status: "cancelled" }],
    ["completed after two crashes", due(twice), ok, { completed: 1, crashed: 2 }, { status: "completed" }],
    ["given up", due(thrice), ok, { failed: 1, crashed: 3 }, { status: "failed", code: "CRASHED" }],
  ])("is its measurement too: %s", async (_name, job, execute, counts, fields) => {
    const { lines } = await told({ ...job, due_at: noon - 40 }, async (...given) => execute(...given));
    expect(lines).toEqual([
      {
        level: "info",
        message: "attempt ended",
        measured: { of, values: { lateness_ms: 40, duration_ms: 0, ...counts } },
        fields: {
          job_id: job.id,
          product: "my-product",
          env: "prd",
          event: "create_order",
          type: "action",
          run: 1,
          attempt: 1,
          ...fields,
        },
      },
    ]);
  });

  it("names the request that made the job", async () => {
    const { lines } = await told(due({ request_id: "JKJaXmPLvHcESHA=" }));
    expect(lines).toMatchObject([{ message: "attempt ended", fields: { request_id: "JKJaXmPLvHcESHA=" } }]);
  });

  it("has no lateness for a run that was queued behind the previous one", async () => {
    const { lines } = await told(due({ due_at: noon - 90_000, coalesced_until: noon - 10 }));
    expect(lines[0]?.measured?.values).toEqual({ duration_ms: 0, completed: 1 });
  });

  it("is missing for a feature that parks", async () => {
    const { lines } = await told(due(), async () => new Parked({}, noon + 1000));
    expect(lines).toMatchObject([{ level: "debug", message: "parked" }]);
    expect(lines[0]?.measured).toBeUndefined();
  });

  it("counts a feature's duration from its first start", async () => {
    const parked = { status: "running", parked_since: noon - 5000, lease_until: 0 } as const;
    const { lines } = await told(due({ ...parked, due_at: noon - 5010 }));
    expect(lines[0]?.measured?.values).toMatchObject({ lateness_ms: 10, duration_ms: 5000 });
  });
});

describe("a message that is dropped", () => {
  const running = { status: "running", claim_id: "theirs", lease_until: noon + 9000 } as const;
  test.each<[string, Job, Partial<JobMessage>, Record<string, number>]>([
    ["of another attempt", due({ attempt: 2 }), { attempt: 1 }, { dropped: 1 }],
    ["of a job that somebody is at", due(running), {}, { taken: 1 }],
  ])("%s is counted, and the line says which message it was", async (_name, job, message, values) => {
    const { lines } = await told(job, ok, message);
    expect(lines).toMatchObject([
      { message: "message dropped", measured: { of, values }, fields: { job_id: job.id, attempt: 1, env: "prd" } },
    ]);
  });

  it("of a deleted job is logged by its own fields", async () => {
    const job = due();
    const { lines } = await told(job, ok, {}, []);
    expect(lines).toEqual([
      { level: "info", message: "message dropped", fields: { job_id: job.id, run: 1, attempt: 1, why: "deleted" } },
    ]);
  });
});

test("a line about a claimed job names the job and quotes nothing of it", async () => {
  const job = due({ input: { inline: { body: { card: "s3cret" } } } });
  const { lines } = await told(job, async ({ log }, { jobs, log: other }) => {
    log.warn("from the execution");
    other.warn("from the services");
    await jobs.replace(cancelled((await jobs.get(job.id)) as Job, noon, "no longer wanted"));
    throw new Error("s3cret");
  });
  expect(lines.map(({ message }) => message)).toEqual([
    "from the execution",
    "from the services",
    "executor threw",
    "outcome discarded: the attempt was cancelled or taken over",
  ]);
  const whose = { job_id: job.id, product: "my-product", env: "prd", event: "create_order", type: "action" };
  for (const { fields } of lines) expect(fields).toMatchObject({ ...whose, run: 1, attempt: 1 });
  expect(JSON.stringify(lines)).not.toContain("s3cret");
});
