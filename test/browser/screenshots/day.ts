import type { until } from "../../support/local/until.ts";

export interface Made {
  /** The job of a feature that has completed. */
  feature: string;
}

type Ask = (path: string, body?: unknown) => Promise<Record<string, unknown>>;

const product = { product_tag: "my-product", env: "prd" };
const hour = 3_600_000;

const customers = ["ada", "grace", "katherine", "margaret", "radia", "barbara"];
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

const order = (i: number) => ({
  ...product,
  event: "create_order",
  input: { params: { customer: pick(customers, i) }, body: { sku: "TEA-1", quantity: 1 + (i % 3) } },
});
const mail = (i: number) => ({
  ...product,
  event: "send_notification",
  input: {
    slug: "welcome",
    email: { to: `${pick(customers, i)}@example.com`, subject: { name: "Ada" }, template: { name: "Ada" } },
  },
});
/** The stand-in of the demo's pricing has no price for this. */
const price = () => ({ ...product, event: "calculate_price", retries: 1, input: { payload: { sku: "TEA-1" } } });

/** How many jobs each hour of the day has: few at night, most in the morning. */
const perHour = [2, 1, 1, 0, 1, 3, 6, 11, 16, 14, 12, 9, 10, 12, 13, 11, 9, 8, 7, 6, 5, 4, 4, 3];

/** Plans a day, moves the clock through it, and leaves some jobs that are yet to come. */
export async function liveADay(ask: Ask, wait: typeof until): Promise<Made> {
  const { now } = (await ask("/local/clock")) as { now: number };
  const jobs = perHour.flatMap((count, at) =>
    Array.from({ length: count }, (_, i) => ({
      ...(i % 12 === 7 ? price() : i % 3 === 2 ? mail(i) : order(i + at)),
      start_at: now + at * hour + 60_000 + Math.round((i / count) * hour * 0.9),
    })),
  );
  for (let i = 0; i < jobs.length; i += 100) await ask("/v1/jobs/batch", { jobs: jobs.slice(i, i + 100) });
  await ask("/v1/jobs", { ...mail(1), repeat: { cron: "30 7 * * 1-5", tz: "Europe/Berlin" }, labels: ["digest"] });
  await ask("/v1/jobs", { ...order(1), repeat: { every: 2 * hour }, labels: ["restock"] });
  await ask("/local/clock", { advance: "24h" });
  const feature = await ask("/v1/jobs", {
    ...product,
    event: "place_order",
    input: { customer: "ada", sku: "tea", quantity: 2 },
    start_at: 0,
  });
  const { now: later } = (await ask("/local/clock")) as { now: number };
  const coming = Array.from({ length: 40 }, (_, i) => ({
    ...(i % 2 ? mail(i) : order(i)),
    start_at: later + 90_000 + ((i * 37) % 58) * 60_000,
  }));
  await ask("/v1/jobs/batch", { jobs: coming });
  await wait(async () => (await ask(`/v1/jobs/${feature.job_id}`)).status === "completed", 30_000);
  return { feature: String(feature.job_id) };
}
