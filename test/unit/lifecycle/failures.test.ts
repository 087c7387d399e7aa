import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { attemptFailed, cancelled, completed } from "../../../lambdas/core/job/transitions.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { claim, lifecycle, lifeOf, written } from "../../support/lifecycle.ts";

const error = (message: string) => new JobError("PROVIDER_ERROR", message, { providerCode: "card_declined" });
const running = (overrides: Partial<Job> = {}) => claim(aJob({ id: newJobId(), retries: 0, ...overrides }), noon);
/** The write that ends the run of a job with this message. */
const fails = (message: string, overrides: Partial<Job> = {}) => {
  const before = running(overrides);
  return written({ before, after: attemptFailed(before, noon + 20, { error: error(message), random: 0 }) });
};

describe("failed runs", () => {
  it("are one addition per batch, in one group per cause", async () => {
    const services = lifecycle();
    const { add } = services.failures;
    const calls: number[] = [];
    services.failures.add = (failures) => {
      calls.push(failures.length);
      return add(failures);
    };
    const declined = Array.from({ length: 40 }, (_, n) => fails(`Order ${n} was declined.`));
    await handleChanges(services, [...declined, fails("No answer."), fails("No answer.", { env: "dev" })]);
    expect(calls).toEqual([42]);
    const [first, ...others] = services.failures.all();
    expect(first).toEqual({
      product: "shop",
      env: "prd",
      day: Date.UTC(2030, 0, 1),
      group: {
        fingerprint: expect.any(String),
        event: "charge",
        type: declined[0]?.after?.type,
        code: "PROVIDER_ERROR",
        provider_code: "card_declined",
        message: "Order <number> was declined.",
        count: 40,
        first_at: noon + 20,
        last_at: noon + 20,
        sample_job_id: declined.at(-1)?.after?.id,
      },
    });
    expect(others.map(({ env, group }) => [env, group.message, group.count])).toEqual([
      ["prd", "No answer.", 1],
      ["dev", "No answer.", 1],
    ]);
  });

  it("are counted where the series goes on", async () => {
    const services = lifecycle();
    const before = running({ repeat: { every: 60_000, anchor: noon, overlap: "skip" } });
    const ended = attemptFailed(before, noon + 20, { error: error("No answer."), random: 0 });
    await handleChanges(services, [written({ before, after: continued(ended, noon + 20)?.next as Job })]);
    expect(services.failures.all()).toMatchObject([{ group: { message: "No answer.", count: 1 } }]);
  });

  it("are only those that fail for good", async () => {
    const services = lifecycle();
    const { add } = services.failures;
    const added: unknown[] = [];
    services.failures.add = async (failures) => {
      added.push(...failures);
      return add(failures);
    };
    const before = running({ retries: 2 });
    const retried = attemptFailed(before, noon + 20, { error: error("No answer."), random: 0 });
    await handleChanges(services, [
      ...lifeOf(),
      written({ before, after: retried }),
      written({ before, after: cancelled(before, noon + 9, "by request") }),
      written({
        before: claim(retried, noon + 90),
        after: completed(claim(retried, noon + 90), noon + 99, { inline: 1 }),
      }),
    ]);
    expect(added).toEqual([]);
  });

  it("that the store refuses do not hold up events and counters", async () => {
    const services = lifecycle();
    services.failures.add = async () => {
      throw throttled();
    };
    expect(await handleChanges(services, [fails("No answer.")])).toBeUndefined();
    expect(services.bus.published).toHaveLength(1);
    expect(services.stats.all()).toMatchObject([{ counts: { failed: 1 } }]);
    expect(services.log.lines).toMatchObject([{ level: "error", message: "counts were lost" }]);
  });
});
