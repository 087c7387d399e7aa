import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../../local/data/data-folder.ts";
import { ask } from "./npm-start.ts";

const perRequest = 100;
const request = {
  product_tag: "my-product",
  env: "dev",
  event: "create_order",
  input: { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE", quantity: 2 } },
};

export interface Seen {
  scheduled_at: number;
  started_at?: number;
  finished_at?: number;
}

/** Schedules jobs that call the outbox over HTTP, a hundred per request. */
export async function scheduleMany(running: Running, jobs: { start_at: number }[]): Promise<void> {
  for (let first = 0; first < jobs.length; first += perRequest) {
    const batch = jobs.slice(first, first + perRequest).map((job) => ({ ...request, ...job }));
    const answer = await ask(running, "/v1/jobs/batch", { jobs: batch });
    if (answer.accepted !== batch.length) throw new Error(`not accepted: ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

/** Waits until `count` jobs have completed, and resolves with all of those; throws after `withinMs`. */
export async function jobsOf(running: Running, count: number, withinMs: number): Promise<Seen[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { counts } = (await ask(running, "/v1/stats?product_tag=my-product&env=dev")) as {
      counts: { completed: number };
    };
    if (counts.completed >= count) return completed(running);
    if (Date.now() > deadline) throw new Error(`only ${counts.completed} of ${count} jobs have completed`);
    await sleep(500);
  }
}

async function completed(running: Running): Promise<Seen[]> {
  const jobs: Seen[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const query = new URLSearchParams({ product_tag: "my-product", env: "dev", status: "completed", limit: "100" });
    if (cursor) query.set("cursor", cursor);
    const page = (await ask(running, `/v1/jobs?${query}`)) as { jobs: Seen[]; next_cursor?: string };
    jobs.push(...page.jobs);
    cursor = page.next_cursor;
  }
  return jobs;
}
