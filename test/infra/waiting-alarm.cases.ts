import { makeLog } from "../../lambdas/aws/log/log.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { orderOf } from "../../lambdas/core/limits/gate.ts";
import { reconcile } from "../../lambdas/reconciler/reconcile.ts";
import { reconcileEverySeconds } from "../../lambdas/topology.ts";
import { aJob, noon } from "../support/builders.ts";
import { captured } from "../support/captured.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { fakeClock } from "../support/fakes/clock.ts";
import { fakeServices } from "../support/fakes/services.ts";
import { asItIs, functionOf, type Resource, resourcesOf } from "./synth.ts";

const { service } = asItIs();
const hourMs = 3_600_000;
const tenant = { product: "my-product", env: "prd" };
const gate = { ...tenant, limit: "partner", key: "" };

const alarm = resourcesOf(service, "AWS::CloudWatch::Alarm").find(({ Properties }) =>
  Properties.AlarmName.endsWith("-limits-wait"),
)?.Properties as Resource["Properties"];
/** What the alarm evaluates: one query over all limits. */
const [query] = alarm.Metrics as [{ Expression: string; Period: number }];
const [, statistic, metric, schema = ""] = /^SELECT (\w+)\("(\w+)"\) FROM SCHEMA\((.*)\)$/.exec(query.Expression) ?? [];
const [namespace, ...dimensions] = schema.split(", ").map((name) => JSON.parse(name) as string);

/** A gate whose two slots are taken, and in whose line a job has stood for some time. */
async function lineOf(waitedMs: number) {
  const clock = fakeClock(noon);
  const since = noon - waitedMs;
  const job = aJob({ ...tenant, event: "call_partner", gates: [{ limit: "partner", key: "" }], due_at: since });
  const running = ["a", "b"].map(
    (name): Job => aJob({ ...tenant, id: `${job.id}${name}`, status: "running", lease_until: noon + hourMs }),
  );
  const services = { ...fakeServices({ catalog, jobs: [job, ...running], clock }), log: makeLog("reconciler") };
  for (const { id } of running) {
    const slot = { lease: noon + hourMs, limit: 2 };
    await services.gates.take({ ...gate, part: 0 }, { job: id, turn: "1.1.1", now: since, slot });
  }
  const { id, run, attempt, due_at } = job;
  const stand = () =>
    services.gates.stand(gate, { job: id, run, attempt, due_at, order: orderOf(job), since: clock.now() });
  await services.gates.stand(gate, { job: id, run, attempt, due_at, order: orderOf(job), since });
  await services.gates.mark(gate, { id: "mark" }, undefined);
  return { ...services, stand };
}

interface MetricLine {
  _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: [string[]]; Metrics: { Name: string }[] }] };
  [field: string]: unknown;
}

/** The lines with which a round of the reconciler measures how long jobs have waited. */
async function measuredBy(services: Awaited<ReturnType<typeof lineOf>>): Promise<MetricLine[]> {
  const written = await captured(async () => {
    await reconcile(services);
  });
  const lines = written.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as MetricLine).filter((line) => metric !== undefined && metric in line);
}

const before = process.env.METRICS_NAMESPACE;
beforeAll(() => {
  process.env.METRICS_NAMESPACE = functionOf(service, "reconciler").Properties.Environment.Variables.METRICS_NAMESPACE;
});
afterAll(() => {
  if (before === undefined) delete process.env.METRICS_NAMESPACE;
  else process.env.METRICS_NAMESPACE = before;
});

describe("the alarm on jobs that wait for a limit", () => {
  test("queries the metric that the reconciler measures", async () => {
    const [line, ...others] = await measuredBy(await lineOf(hourMs));
    expect(others).toEqual([]);
    const { Namespace, Dimensions, Metrics } = (line as MetricLine)._aws.CloudWatchMetrics[0];
    expect({ Namespace, names: Dimensions[0].toSorted() }).toEqual({
      Namespace: namespace,
      names: dimensions.toSorted(),
    });
    expect(Metrics.map(({ Name }) => Name)).toContain(metric);
    expect(line).toMatchObject({ limit: "partner", product: "my-product" });
    expect([statistic, metric]).toEqual(["MAX", "oldest_wait_ms"]);
  });

  test.each([
    [59 * 60_000, false],
    [hourMs, true],
    [24 * hourMs, true],
  ])("a job that has waited for %d ms raises it: %s", async (waitedMs, isRaised) => {
    const [line] = await measuredBy(await lineOf(waitedMs));
    expect(line?.[metric as string]).toBe(waitedMs);
    expect(alarm.ComparisonOperator).toBe("GreaterThanOrEqualToThreshold");
    expect(Number(line?.[metric as string]) >= alarm.Threshold).toBe(isRaised);
  });

  test("measures a job by its whole wait, also if a message has come meanwhile", async () => {
    const services = await lineOf(hourMs);
    const waits: unknown[] = [];
    for (let round = 0; round < 40; round++) {
      waits.push((await measuredBy(services))[0]?.[metric as string]);
      await services.stand();
      await services.clock.advance(reconcileEverySeconds * 1000);
    }
    expect(waits).toEqual(waits.map((_, round) => hourMs + round * reconcileEverySeconds * 1000));
  });

  test("has several measurements in each of its periods", () => {
    expect(query.Period).toBeGreaterThan(2 * reconcileEverySeconds);
    expect(alarm).toMatchObject({ DatapointsToAlarm: 3, EvaluationPeriods: 3, TreatMissingData: "notBreaching" });
    expect(3 * query.Period).toBe(15 * 60);
  });
});
