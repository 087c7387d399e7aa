import { expect, test } from "@jest/globals";
import type { KeptEntry } from "../../../lambdas/core/job/run-log.ts";
import { forgetRuns } from "../../../lambdas/lifecycle/forget-runs.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const entry = (value: KeptEntry["value"]): KeptEntry => ({
  n: 1,
  k: "a",
  c: "run",
  e: "done",
  at: noon,
  ...(value && { value }),
});

test("the log of a run of code goes with its job, and what it named, and nothing of others", async () => {
  const services = fakeServices();
  const { runLogs, blobs } = services;
  const job = aJob({ type: "feature", code_since: noon });
  const log = { job_id: job.id, created_at: job.created_at, run: 1, attempt: 1, part: 1 };
  const [own, other] = [`runs/${job.id}/aa`, "runs/job_2/aa"];
  for (const key of [own, other]) await blobs.put(key, Buffer.from("1"), "application/json");
  await runLogs.append(log, [entry({ blob: own, sha256: "aa", bytes: 1 })]);
  await runLogs.append({ ...log, part: 2 }, [entry({ blob: other, sha256: "aa", bytes: 1 })]);

  await forgetRuns(services, [{ before: job, after: job, at: noon, record: {} }] as never);
  expect(await runLogs.read(log, 0)).toHaveLength(1);
  await forgetRuns(services, [{ before: job, at: noon, record: {} }] as never);
  expect(await runLogs.read(log, 0)).toEqual([]);
  expect([...blobs.blobs.keys()]).toEqual([other]);
});

test("the logs of the runs of a series go with it while it waits for its next run, and nothing of a job that is no feature is looked for", async () => {
  const services = fakeServices();
  const { runLogs } = services;
  const repeat = { every: 60_000, anchor: noon, overlap: "skip" } as const;
  const series = aJob({ type: "feature", run: 2, repeat });
  const log = { job_id: series.id, created_at: series.created_at, run: 1, attempt: 1, part: 1 };
  await runLogs.append(log, [entry({ v: 1 })]);
  await forgetRuns(services, [{ before: { ...series, type: "action" }, at: noon }] as never);
  expect(await runLogs.read(log, 0)).toHaveLength(1);
  await forgetRuns(services, [{ before: series, at: noon }] as never);
  expect(await runLogs.read(log, 0)).toEqual([]);
});

test("what AWS refuses fails nothing", async () => {
  const services = fakeServices();
  const runLogs = { remove: () => Promise.reject(new Error("refused")) };
  const job = aJob({ type: "feature", code_since: noon });
  await forgetRuns({ ...services, runLogs }, [{ before: job, at: noon, record: {} }] as never);
});
