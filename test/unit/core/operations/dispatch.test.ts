import { jobsPerLead } from "../../../../lambdas/core/job/due-time.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { dispatch, dispatchMany, scheduleName } from "../../../../lambdas/core/operations/dispatch.ts";
import { hotMinutes } from "../../../../lambdas/core/operations/hot-minutes.ts";
import { aJob, aMessage, askedFor, noon } from "../../../support/builders.ts";
import { fakeJobQueue } from "../../../support/fakes/job-queue.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const hour = 3_600_000;
const far = aJob({ status: "scheduled", due_at: noon + 10 * hour });
const full = async () => {
  throw new TransientError("ServiceQuotaExceededException", "AWS refused it for now");
};

describe("a schedule that the Scheduler refuses", () => {
  it("does not refuse the job, whose message is kept", async () => {
    const services = fakeServices();
    services.scheduler.schedule = full;
    await dispatch(services, far);
    expect([...services.unscheduled.kept.values()]).toEqual([
      { type: "action", group: "shop:prd", message: aMessage(far) },
    ]);
    const fields = expect.objectContaining({ job_id: far.id, code: "ServiceQuotaExceededException" });
    expect(services.log.lines).toMatchObject([{ measured: { values: { unscheduled: 1 } }, fields }]);
  });

  it("is kept once, however often its job is dispatched", async () => {
    const services = fakeServices();
    services.scheduler.schedule = full;
    await dispatch(services, far);
    expect(await dispatchMany(services, [far, far])).toEqual([]);
    expect(services.unscheduled.kept.size).toBe(1);
  });

  it.each([
    ["for good", new Error("AccessDeniedException")],
    ["because the message could not be kept either", new TransientError("ThrottlingException", "no")],
  ])("refuses the job %s", async (_why, cause) => {
    const services = fakeServices();
    services.scheduler.schedule = () => Promise.reject(cause);
    services.unscheduled.hold = () => Promise.reject(cause);
    await expect(dispatch(services, far)).rejects.toBe(cause);
    expect(await dispatchMany(services, [far])).toEqual([{ index: 0, cause }]);
  });
});

describe("a minute with more jobs than the Scheduler starts in time", () => {
  /** Services of an account in which this many jobs of the quarter hour are counted. */
  const crowded = (jobs: number) => {
    const services = fakeServices();
    const add = async () => jobs;
    return { ...services, hot: hotMinutes({ ...services.dueCounts, add }, 1000, 1) };
  };

  it("has the schedules of further jobs a quarter hour earlier", async () => {
    const services = crowded(jobsPerLead(1000));
    await dispatch(services, far);
    expect([...services.scheduler.schedules]).toMatchObject([[scheduleName(far), { at: askedFor(far) - 900 }]]);
    await dispatchMany(services, [far]);
    expect(services.scheduler.schedules.size).toBe(1);
  });

  it("sends further jobs to the queue if it is too late for that", async () => {
    const services = crowded(8 * jobsPerLead(1000));
    const soon = aJob({ status: "scheduled", due_at: noon + hour });
    await dispatch(services, soon);
    expect(await dispatchMany(services, [soon])).toEqual([]);
    expect(services.scheduler.schedules.size).toBe(0);
    expect(services.queue.sent).toMatchObject([{ delaySeconds: 900 }, { delaySeconds: 900 }]);
  });
});

it.each([
  ["due", aJob()],
  ["due later", far],
])("a job of a type that the function does not reach is left to the reconciler: %s", async (_when, job) => {
  const services = { ...fakeServices(), queue: fakeJobQueue(["function", "feature"]) };
  await dispatch(services, job);
  expect([services.queue.sent, [...services.scheduler.schedules]]).toEqual([[], []]);
});

it("a job that needs no schedule is not counted towards its minute", async () => {
  const services = fakeServices();
  const counted: unknown[] = [];
  const hot = { startsPerSecond: 1000, furtherQuarters: async (job: unknown) => counted.push(job) };
  await dispatch({ ...services, hot }, aJob({ due_at: noon + 900_000 }));
  expect(counted).toEqual([]);
});
