import { makeLog } from "../../lambdas/aws/log/log.ts";
import { measureEnded } from "../../lambdas/consumers/types/feature/measured-waits.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { aPause } from "../support/a-pause.ts";
import { aJob, noon } from "../support/builders.ts";
import { captured } from "../support/captured.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { fakeClock } from "../support/fakes/clock.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { asItIs, functionOf, type Resource, resourcesOf } from "./synth.ts";

const { service } = asItIs();
const minuteMs = 60_000;
const tenant = { product: "my-product", env: "prd" };

const alarm = resourcesOf(service, "AWS::CloudWatch::Alarm").find(({ Properties }) =>
  Properties.AlarmName.endsWith("-waits-late"),
)?.Properties as Resource["Properties"];
const [query] = alarm.Metrics as [{ Expression: string; Period: number }];

/** A run that waits, whose time was over so long ago. */
const runThatIsLate = (lateMs: number) =>
  aJob({
    ...tenant,
    type: "feature",
    event: "place_order",
    status: "running",
    due_at: noon - 3 * minuteMs - lateMs,
    timer_at: noon - lateMs,
    wake_at: noon + minuteMs - lateMs,
    lease_until: 0,
  });

/** The lines with that measure, as CloudWatch reads them. */
async function measured(work: () => Promise<unknown> | unknown): Promise<Record<string, unknown>[]> {
  const written = await captured(async () => {
    await work();
  });
  const lines = written.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line)).filter((line) => "wait_late_ms" in line);
}

const servicesWith = (lateMs: number) => {
  const clock = fakeClock(noon);
  return { ...fakeServices({ catalog, jobs: [runThatIsLate(lateMs)], clock }), log: makeLog("reconciler") };
};

const before = process.env.METRICS_NAMESPACE;
beforeAll(() => {
  process.env.METRICS_NAMESPACE = functionOf(service, "reconciler").Properties.Environment.Variables.METRICS_NAMESPACE;
});
afterAll(() => {
  if (before === undefined) delete process.env.METRICS_NAMESPACE;
  else process.env.METRICS_NAMESPACE = before;
});

describe("the alarm on waits whose end nobody has seen", () => {
  test("queries what the reconciler measures, and what the decision does that sees it late", async () => {
    const services = servicesWith(10 * minuteMs);
    const bySweep = await measured(() => reconcile(services));
    const state = { status: "completed", started_at: noon - 20 * minuteMs, until: noon - 10 * minuteMs } as const;
    const byDecision = await measured(() => measureEnded(services.log, aJob(tenant), { "main.cool": state }, noon));
    for (const [line, ...others] of [bySweep, byDecision]) {
      expect(others).toEqual([]);
      expect(line).toMatchObject({ wait_late_ms: 10 * minuteMs, product: "my-product", type: "feature" });
      const [{ Namespace, Dimensions }] = (line as { _aws: { CloudWatchMetrics: [Resource["Properties"]] } })._aws
        .CloudWatchMetrics;
      const schema = [Namespace, ...Dimensions[0].toSorted()].map((name) => `"${name}"`).join(", ");
      expect(query.Expression).toBe(`SELECT MAX("wait_late_ms") FROM SCHEMA(${schema})`);
    }
  });

  test.each([
    [4 * minuteMs, false],
    [5 * minuteMs, true],
  ])("a run that is %d ms late raises it: %s", async (lateMs, isRaised) => {
    const [line] = await measured(() => reconcile(servicesWith(lateMs)));
    expect(alarm.ComparisonOperator).toBe("GreaterThanOrEqualToThreshold");
    expect(Number(line?.wait_late_ms) >= alarm.Threshold).toBe(isRaised);
    expect(alarm).toMatchObject({ DatapointsToAlarm: 2, EvaluationPeriods: 3, TreatMissingData: "notBreaching" });
  });

  test("says nothing of a run that a pause holds", async () => {
    const services = servicesWith(10 * minuteMs);
    await services.pauses.put(aPause(tenant));
    expect(await measured(() => reconcile(services))).toEqual([]);
  });
});
