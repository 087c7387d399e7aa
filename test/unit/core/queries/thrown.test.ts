import { seenBy } from "../../../../lambdas/api/job-of.ts";
import { allScopes } from "../../../../lambdas/core/access/scopes.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { attemptFailed } from "../../../../lambdas/core/job/transitions.ts";
import { runViewsOf, summaryOf, viewOf } from "../../../../lambdas/core/queries/view.ts";
import { aJob } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const thrown = { name: "TypeError", message: "no stock of A-1", stack: "at run (functions/price.ts:7:3)" };
const fails = (job: Job): Job =>
  attemptFailed({ ...job, status: "running" }, 5, {
    error: new JobError("PROVIDER_ERROR", "price threw TypeError.", { thrown }),
    random: 0,
  });
const failed = fails(aJob({ type: "function", retries: 20 }));
const scopes = (...verbs: (typeof allScopes.verbs)[number][]) => ({ scopes: { ...allScopes, verbs } });

describe("what a team's own code has thrown", () => {
  it.each([
    ["jobs:read", undefined],
    ["jobs:write", undefined],
    ["jobs:input", thrown],
    ["jobs:admin", thrown],
  ] as const)("is shown to a key with %s: %j", async (verb, shown) => {
    const services = fakeServices();
    const sees = seenBy(scopes("jobs:read", verb), failed);
    const [view, [run]] = await Promise.all([
      viewOf(services, failed, 5, sees),
      runViewsOf(services, failed, [failed], 5, sees),
    ]);
    expect([view.attempts[0]?.thrown, run?.attempts[0]?.thrown]).toEqual([shown, shown]);
  });

  it("is shown to nobody of another tenant, in no list, and in no error", () => {
    const [elsewhere] = [{ scopes: { ...allScopes, envs: ["other"] } }];
    expect(seenBy(elsewhere as never, failed)).toEqual({ inputs: false });
    expect(JSON.stringify([summaryOf(failed, 5), failed.error])).not.toContain("no stock");
  });

  it("keeps the lines of the last three attempts only, of which a job has many", () => {
    let job = failed;
    for (let i = 0; i < 4; i++) job = fails(job);
    expect(job.attempts.map((one) => [one.thrown?.message, one.thrown?.stack !== undefined])).toEqual([
      [thrown.message, false],
      [thrown.message, false],
      [thrown.message, true],
      [thrown.message, true],
      [thrown.message, true],
    ]);
  });
});
