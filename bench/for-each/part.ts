import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { startLocal } from "../../local/runtime/start.ts";
import { itemBytes } from "../cost/item-size.ts";
import type { Write } from "../cost/metered-table.ts";
import { startWorld } from "../cost/world.ts";
import { duration, type Section, table } from "../part.ts";
import { ask } from "../support/npm-start.ts";
import { lists } from "./catalog.ts";

const sizes = [100, 1000, 10_000];

const request = (many: number) => ({
  product_tag: "lists",
  env: "dev",
  event: "order",
  input: { lines: Array.from({ length: many }, (_, i) => ({ sku: `SKU-${i}` })) },
  start_at: 0,
});

interface Counted {
  writes: number;
  /** Write request units of the table, that of the index left out. */
  units: number;
  reads: number;
  largest: number;
  decisions: { feature: number; list: number; page: number };
}

/** What a list uses with one message at a time: no decision finds that several items have ended, so there are as many as can be. */
async function counted(many: number): Promise<Counted> {
  const decisions = { feature: 0, list: 0, page: 0 };
  let writes = 0;
  let largest = 0;
  const written = ({ before, after }: Write) => {
    writes += 1;
    if (!after) return;
    largest = Math.max(largest, itemBytes(after));
    const isClaim = after.claim_id?.S !== undefined && after.claim_id.S !== before?.claim_id?.S;
    if (!isClaim || after.type?.S !== "feature") return;
    decisions[after.list === undefined ? "feature" : after.parent?.M?.share === undefined ? "list" : "page"] += 1;
  };
  const catalog = makeCatalog([lists as unknown as Product], registry);
  const world = await startWorld(async () => ({ event_id: "e-7" }), catalog, written);
  try {
    const answer = await world.request("POST", "/v1/jobs", request(many));
    if (answer.statusCode !== 202) throw new Error(`the request was not accepted: ${answer.body}`);
    await world.drain();
    const { table_write: units, table_read: reads } = world.counted();
    return { writes, units, reads, largest, decisions };
  } finally {
    await world.stop();
  }
}

/** How long it takes on the local runtime, in milliseconds, from the request to the end. */
async function timed(): Promise<Map<number, number>> {
  const dataDir = await mkdtemp(join(tmpdir(), "lists-"));
  const catalog = fileURLToPath(new URL("catalog.ts", import.meta.url));
  const local = await startLocal({ dataDir, catalog, port: 0, attempts: "none", say: () => {} });
  const running = { url: local.url, api_key: local.apiKey } as Parameters<typeof ask>[0];
  const run = async (many: number): Promise<number> => {
    const begun = Date.now();
    const { job_id } = await ask(running, "/v1/jobs", request(many));
    for (;;) {
      const job = await ask(running, `/v1/jobs/${job_id}`);
      if (job.status === "completed") return Number(job.finished_at) - begun;
      if (job.status === "failed") throw new Error(`the list failed: ${JSON.stringify(job.error)}`);
      await sleep(500);
    }
  };
  try {
    // The first list loads what all others need.
    await run(3);
    const times = new Map<number, number>();
    for (const many of sizes) times.set(many, await run(many));
    return times;
  } finally {
    await local.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What a step for each item of a list costs, by the length of the list. */
export async function forEach(): Promise<Section> {
  const times = await timed();
  const rows: [number, Counted][] = [];
  for (const many of sizes) rows.push([many, await counted(many)]);
  const [shorter, small] = rows.at(-2) as [number, Counted];
  const [longest, large] = rows.at(-1) as [number, Counted];
  const growth = large.writes / longest / (small.writes / shorter);
  return {
    title: "Lists",
    targets: [
      {
        what: `writes for each item of ${longest.toLocaleString("en-US")}, compared with ${shorter.toLocaleString("en-US")}`,
        target: "1.1 times",
        measured: `${growth.toFixed(2)} times`,
        met: growth <= 1.1,
      },
      {
        what: "the largest item of the table, at any length",
        target: "4 KB",
        measured: `${large.largest} bytes`,
        met: large.largest <= 4096,
      },
    ],
    text: [
      "A [step for each item](catalog/for-each.md) with a `concurrency` of 50, whose items are messages to a bus. The times are those of `npm start`, where one process does everything; on AWS they follow from",
      "the concurrency and the time that an item takes. The rest is counted on the AWS adapters with one message at a time, so that no decision sees several ends at once: the most that there can be.\n",
      table(
        [
          "items",
          "time",
          "each",
          "writes each",
          "write units each",
          "read units each",
          "largest item",
          "decisions of the feature",
          "of the list",
          "of all pages",
        ],
        rows.map(([many, { writes, units, reads, largest, decisions }]) => {
          const time = times.get(many) ?? 0;
          return [
            many.toLocaleString("en-US"),
            duration(time),
            duration(time / many),
            (writes / many).toFixed(2),
            (units / many).toFixed(1),
            (reads / many).toFixed(1),
            `${largest} bytes`,
            decisions.feature,
            decisions.list,
            decisions.page,
          ];
        }),
      ),
    ].join("\n"),
  };
}
