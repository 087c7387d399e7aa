import { afterEach, expect, test } from "@jest/globals";
import { type Listening, sendJson, serve } from "../../../local/gateway/http.ts";
import { check, type Receipt } from "../../crash/check.ts";
import type { Call } from "../../crash/receiver.ts";

/** Shows that the crash test's checks find faults where there are some. */
let api: Listening | undefined;
afterEach(() => api?.close());

const attempt = { attempt: 1, due_at: 1000, started_at: 1005, outcome: "completed" };
const good = { job_id: "job_1", status: "completed", run: 1, attempts: [attempt] };
const once: Call[] = [{ at: 10, answered: { at: 11, status: 200 } }];
const twice: Call[] = [...once, { at: 50, answered: { at: 51, status: 200 } }];

interface World {
  job?: object | undefined;
  runs?: object[];
  calls?: Call[];
  kills?: number[];
  receipt?: Partial<Receipt>;
}

async function faultsOf({ job = good, runs = [], calls = once, kills = [], receipt = {} }: World) {
  api = await serve(async ({ url = "" }, response) => {
    if (url.includes("/runs")) return sendJson(response, 200, { runs });
    sendJson(response, "job_id" in job ? 200 : 404, job);
  });
  const system = { url: api.url, api_key: "key" };
  const receiver = { url: "", calls: new Map([["job_1-1", calls]]), close: async () => {} };
  return (await check(system, [{ id: "job_1", kind: "now", ...receipt }], receiver, kills)).faults;
}

const crashed = { ...good, attempts: [{ ...attempt, crashes: 1 }] };

test.each<[string, World]>([
  ["a job that has completed", {}],
  ["an execution that is repeated because a kill lay between", { job: crashed, calls: twice, kills: [30] }],
  ["a recurring job with all its runs", { job: { ...good, run: 2 }, runs: [good], receipt: { limit: 2 } }],
])("the crash check passes %s", async (_what, world) => {
  expect(await faultsOf(world)).toEqual([]);
});

test.each<[string, World, string]>([
  ["a job that is gone", { job: { code: "JOB_NOT_FOUND" } }, "is lost"],
  ["a job that never ends", { job: { ...good, status: "running" } }, "is running"],
  ["an attempt before its time", { job: { ...good, attempts: [{ ...attempt, started_at: 999 }] } }, "began 1 ms early"],
  ["an execution repeated for nothing", { job: crashed, calls: twice, kills: [5, 60] }, "although nothing was killed"],
  ["more executions than attempts and crashes", { calls: twice, kills: [30] }, "executed 2 times in 1"],
  ["two completions of a run", { job: { ...good, attempts: [attempt, attempt] } }, "2 completions"],
  ["a run that is missing", { job: { ...good, run: 3 }, runs: [good], receipt: { limit: 3 } }, "run 2 is missing"],
])("the crash check finds %s", async (_what, world, fault) => {
  expect((await faultsOf(world)).join()).toContain(fault);
});
