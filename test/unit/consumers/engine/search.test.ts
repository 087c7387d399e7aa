import { endCalled, runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { HandedTo } from "../../../../lambdas/core/job/answer-token.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { changeJob, retry } from "../../../../lambdas/core/operations/change-job.ts";
import { Ended, type Execute, type ExecuteWithServices } from "../../../../lambdas/core/operations/execution.ts";
import { scheduleJob } from "../../../../lambdas/core/operations/schedule-job.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { orderSearch, sealing, searchedCatalog } from "../../../support/searching.ts";

const body = { order: "A-17", region: "eu", customer: "ada@example.com" };

async function world(more: object = {}, catalog = searchedCatalog(), seals = sealing("k1")) {
  const services = { ...fakeServices({ catalog }), seals };
  const request = { product_tag: "shop", env: "dev", event: "order", input: { body }, start_at: 0, ...more };
  const job = await scheduleJob(services, parseRequest(request, catalog, noon));
  const stored = async () => (await services.jobs.get(job.id)) as Job;
  const run = async (execute: Execute) => {
    await runJob(services, execute, aMessage(await stored()), { random: () => 0 });
    return (await stored()).search;
  };
  return { ...services, job, stored, run };
}
const answers = (result: unknown) => async () => result;
const fails: Execute = async () => {
  throw new JobError("PROVIDER_ERROR", "It failed.", { retryable: false });
};

test("a run that completes adds what of its result is searched, in the write of its outcome", async () => {
  const { run, jobs, job } = await world();
  const before = job.search;
  expect(before?.values).toEqual({ order: "A-17", region: "eu" });
  let writes = 0;
  const { replace } = jobs;
  jobs.replace = (...args) => {
    writes++;
    return replace(...args);
  };
  const after = await run(answers({ body: { id: 4711 } }));
  expect(after).toEqual({ ...before, values: { order: "A-17", region: "eu", charge: "4711" } });
  expect(writes).toBe(1);
});

test("a run that fails is found by its input, and one whose result has no such value too", async () => {
  const failing = await world();
  expect(await failing.run(fails)).toEqual(failing.job.search);
  const other = await world();
  expect((await other.run(answers(undefined)))?.values).toEqual({ order: "A-17", region: "eu" });
});

test("the expressions of an input have their values once it runs", async () => {
  const input = { body: { order: "$Variable{tier}", region: "$Concat(['e', 'u'], '')" } };
  const { job, run } = await world({ event: "template", input });
  expect(job.search?.values).toBeUndefined();
  expect((await run(answers({})))?.values).toEqual({ order: "gold", region: "eu" });
});

test("they have them too where it fails, again and again", async () => {
  const input = { body: { order: "$Variable{tier}", region: "eu" } };
  const { run } = await world({ event: "template", input, retries: 1 });
  const fails: Execute = async () => {
    throw new JobError("PROVIDER_ERROR", "It failed.");
  };
  const first = await run(fails);
  expect(first?.values).toEqual({ order: "gold", region: "eu" });
  expect(await run(fails)).toEqual(first);
});

test("a change after another catalog leaves the values of expressions, and takes what is no expression", async () => {
  const input = { body: { order: "$Variable{tier}", region: "eu" } };
  const w = await world({ event: "template", input, retries: 0 });
  const { rev } = (await w.run(fails)) ?? {};
  const failed = await w.stored();
  await w.jobs.replace({ ...failed, search: { rev: "old", values: { order: "gold" } }, version: failed.version + 1 });
  await changeJob(w, w.job.id, retry(0));
  expect((await w.stored()).search).toEqual({ rev, values: { order: "gold", region: "eu" } });
});

test.each([true, false])(
  "and where another process ends the attempt that was handed over (it completes: %s)",
  async (completes) => {
    const input = { body: { order: "$Variable{tier}", region: "eu" } };
    const w = await world({ event: "template", input, retries: 0 });
    let handed: HandedTo | undefined;
    const handsOver: ExecuteWithServices = async (_execution, { claim }) =>
      claim.handOver?.(async (to) => {
        handed = to;
      });
    await runJob(w, handsOver, aMessage(await w.stored()), { random: () => 0 });
    if (!handed) throw new Error("nothing was handed over");
    await endCalled(w, handsOver, handed, async () => {
      if (!completes) throw new JobError("PROVIDER_ERROR", "It failed.", { retryable: false });
      return { body: { id: 7 } };
    });
    const { status, search } = await w.stored();
    expect(status).toBe(completes ? "completed" : "failed");
    expect(search?.values).toEqual({ order: "gold", region: "eu", ...(completes && { charge: "7" }) });
  },
);

test("a run that undoes its steps first has them with its end: the index is told nothing of a running job", async () => {
  const { job, jobs, stored, run } = await world({ retries: 0 });
  const { search: _, ...older } = await stored();
  await jobs.replace({ ...older, undoes: true, version: older.version + 1 });
  expect(await run(fails)).toBeUndefined();
  expect(await stored()).toMatchObject({ status: "running", ending: { cause: "failed" } });
  expect(await run(async () => new Ended({}))).toEqual(job.search);
  expect(await stored()).toMatchObject({ status: "failed" });
});

test("a field that was added after the request is known once an attempt has ended", async () => {
  const catalog = searchedCatalog();
  const { run, job, stored, jobs } = await world({}, catalog);
  const { search: _, ...older } = await stored();
  const { version } = older;
  await jobs.replace({ ...older, version: version + 1 });
  expect((await stored()).search).toBeUndefined();
  expect(await run(fails)).toEqual(job.search);
});

test("a job whose event is searched by nothing gets nothing, also when it ends", async () => {
  const { job, run, stored } = await world({ event: "plain" });
  expect(job).not.toHaveProperty("search");
  await run(answers({ body: { id: 1 } }));
  expect(await stored()).not.toHaveProperty("search");
});

test("what cannot be sealed for now is left out, nothing waits for it, and a later end has it", async () => {
  const keys = sealing("k1");
  let isDown = true;
  const { job, run, log } = await world({ retries: 0 }, searchedCatalog(orderSearch), {
    of: async (value) => {
      if (isDown) throw new JobError("SERVICE_UNAVAILABLE", "Secrets Manager is down.");
      return keys.of(value);
    },
  });
  expect(job.search).toEqual({ rev: "", values: { order: "A-17", region: "eu" } });
  expect(JSON.stringify(log.lines)).not.toContain("ada@example.com");
  isDown = false;
  const [seal] = await keys.of({ product: "shop", env: "dev", field: "customer", text: "ada@example.com" });
  expect((await run(fails))?.sealed).toEqual({ customer: seal });
});
