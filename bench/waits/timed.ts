import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../../local/data/data-folder.ts";
import { ask, withLocal } from "../support/npm-start.ts";

/** Runs of the demo's `pay_order`, each of which waits for a key, and the messages that come for them, in one second. */
export const workload = { runs: 600, rates: [25, 50, 100] };

const tenant = { product_tag: "my-product", env: "dev" };
const perRequest = 20;
const patienceMs = 300_000;

/** Milliseconds from when a message was accepted to when the step after the wait started, of each run. */
export const measured = (perSecond: number): Promise<number[]> =>
  withLocal(async (running) => {
    const ids = await startRuns(running);
    await until(running, "waiting=true&status=running");
    await sendAll(running, perSecond);
    await until(running, "type=feature&status=completed");
    const late: number[] = [];
    for (const id of ids) late.push(latencyOf((await ask(running, `/v1/jobs/${id}`)) as unknown as Shown));
    return late;
  });

const keyOf = (number: number): string => `A-${number}`;

async function startRuns(running: Running): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < workload.runs) {
    const jobs = Array.from({ length: Math.min(perRequest, workload.runs - ids.length) }, (_, i) => ({
      ...tenant,
      event: "pay_order",
      input: { order: keyOf(ids.length + i), customer: "ada" },
      start_at: 0,
      // A busy machine refuses some for now: they are asked for again.
      idempotency_key: keyOf(ids.length + i),
    }));
    const answer = (await ask(running, "/v1/jobs/batch", { jobs })) as { results?: { job?: { job_id: string } }[] };
    const accepted = (answer.results ?? []).flatMap(({ job }) => (job ? [job.job_id] : []));
    if (accepted.length === jobs.length) ids.push(...accepted);
    else await sleep(1000);
  }
  return ids;
}

/** Waits until all runs are found by a query. */
async function until(running: Running, query: string): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(2000)) {
    let found = 0;
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const path = `/v1/jobs?product_tag=my-product&env=dev&limit=100&${query}${cursor && `&cursor=${cursor}`}`;
      const page = (await ask(running, path)) as { jobs: object[]; next_cursor?: string };
      found += page.jobs.length;
      cursor = page.next_cursor;
    }
    if (found >= workload.runs) return;
  }
  throw new Error(`not all runs came to ${query}`);
}

async function sendAll(running: Running, perSecond: number): Promise<void> {
  const from = performance.now();
  const sends: Promise<unknown>[] = [];
  for (let i = 0; i < workload.runs; i++) {
    await sleep(Math.max(0, from + (i * 1000) / perSecond - performance.now()));
    const body = { ...tenant, signal: "paid", key: keyOf(i), payload: { amount: 42.5 } };
    sends.push(ask(running, "/v1/signals", body));
  }
  const answers = (await Promise.all(sends)) as { offered?: string[] }[];
  const lost = answers.filter(({ offered = [] }) => offered.length !== 1).length;
  if (lost > 0) throw new Error(`${lost} messages reached no run`);
}

interface Shown {
  steps: Record<string, { received?: { at: number }; started_at?: number }>;
}

const latencyOf = ({ steps }: Shown): number =>
  (steps["main.create_order"]?.started_at ?? Number.NaN) - (steps["main.money"]?.received?.at ?? Number.NaN);
