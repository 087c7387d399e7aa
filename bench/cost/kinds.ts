import type { Catalog } from "../../lambdas/core/catalog/catalog.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import type { Counts } from "./counts.ts";
import { startWorld, type World } from "./world.ts";

export interface Kind {
  name: string;
  /** The request, made at this time. */
  request: (now: number) => object;
  /** Attempts that fail, each with SERVICE_UNAVAILABLE, before one succeeds. */
  failures?: number;
  /** Whether to count only the second run of a series, or step of a feature. */
  occurrence?: boolean;
  /** Whether the job is read once after it has ended. */
  thenRead?: boolean;
  /** How often it is asked for before anything starts. Default: once. */
  requests?: number;
}

const minute = 60_000;

/** A request of some 250 bytes, which is a small job for the target. */
const small = (now: number, more: object) => ({
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  start_at: now,
  input: { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE", quantity: 2, price: 1999, currency: "EUR" } },
  ...more,
});
const large = (now: number) => small(now, { input: { body: { text: "x".repeat(100 * 1024) } } });
/** Requests whose jobs wait for 10 s after the last of them. */
const debounced = (now: number) =>
  small(now, { start_at: undefined, debounce: { key: "C-1042", delay: "10s", max_wait: "1m" } });
const unique = (now: number) => small(now, { start_at: 0, unique: { key: "C-1042" } });

/** The kinds of jobs that are billed here. */
export const kinds: Kind[] = [
  { name: "now", request: (now) => small(now, { start_at: 0 }) },
  { name: "in 10 minutes", request: (now) => small(now + 10 * minute + 400, {}) },
  { name: "in 2 hours", request: (now) => small(now + 120 * minute + 400, {}) },
  { name: "now, input of 100 KB", request: () => ({ ...large(0), start_at: 0 }) },
  { name: "in 2 hours, input of 100 KB", request: (now) => large(now + 120 * minute + 400) },
  { name: "now, fails once", request: (now) => small(now, { start_at: 0 }), failures: 1 },
  { name: "now, then read once", request: (now) => small(now, { start_at: 0 }), thenRead: true },
  {
    name: "a run of an hourly series",
    request: (now) => small(now, { start_at: 0, repeat: { every: 60 * minute } }),
    occurrence: true,
  },
  {
    // The decision that starts it, the step itself, and the message that wakes the next decision.
    name: "a step of a feature",
    request: (now) =>
      small(now, {
        event: "place_order",
        start_at: 0,
        input: { customer: "C-1042", sku: "SKU-77-BLUE", quantity: 2 },
      }),
    occurrence: true,
  },
  {
    name: "now, with a limit for which nothing waits",
    request: (now) =>
      small(now, {
        event: "notify_warehouse",
        start_at: 0,
        input: {
          params: { warehouse: "north" },
          body: { sku: "SKU-77-BLUE", quantity: 2, price: 1999, currency: "EUR" },
        },
      }),
  },
  { name: "in 10 s, with a key of debounce", request: debounced },
  { name: "in 10 s, with a key of debounce, asked for twice", request: debounced, requests: 2 },
  { name: "now, with a unique key", request: unique },
  { name: "now, with a unique key, asked for twice", request: unique, requests: 2 },
];

export interface Load {
  /** Jobs of the kind, one after the other. */
  jobs: number;
  /** The records of the table's stream per batch of the lifecycle. */
  batch: number;
}

/** What jobs of a kind use, from their requests to their events on the bus. */
export async function countsOf(kind: Kind, { jobs, batch }: Load = { jobs: 1, batch: 1 }): Promise<Counts> {
  let left = 0;
  const world = await startWorld(async () => {
    if (left-- > 0) throw new JobError("SERVICE_UNAVAILABLE", "The shop does not answer.");
    return { status: 201, headers: { "content-type": "application/json" }, body: { order: "O-7", state: "placed" } };
  });
  try {
    for (let i = 0; i < jobs; i++) {
      left = kind.failures ?? 0;
      await oneJob(world, kind);
    }
    await world.stream(batch);
    return world.counted();
  } finally {
    await world.stop();
  }
}

async function oneJob(world: World, kind: Kind): Promise<void> {
  const { requests = 1 } = kind;
  let answer = await ask(world, kind);
  for (let again = 1; again < requests; again++) answer = await ask(world, kind);
  if (kind.occurrence) {
    // The first run also has the cost of the request.
    await world.drain({ runs: 1 });
    await world.stream(1);
    world.counted();
    return world.drain({ runs: 1 });
  }
  await world.drain();
  if (kind.thenRead) await world.request("GET", `/v1/jobs/${JSON.parse(answer.body).job_id}`);
}

async function ask(world: World, kind: Kind) {
  const answer = await world.request("POST", "/v1/jobs", kind.request(world.now()));
  if (answer.statusCode !== 202) throw new Error(`the request was not accepted: ${answer.body}`);
  return answer;
}

/** What is used without any jobs: one run of the reconciler, with the demo's catalog unless told otherwise. */
export async function idleCounts(catalog?: Catalog): Promise<Counts> {
  const world = await startWorld(async () => undefined, catalog);
  try {
    await world.reconcile();
    return world.counted();
  } finally {
    await world.stop();
  }
}
