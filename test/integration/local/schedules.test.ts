import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import type { Advanced } from "../../../local/clock/clock.ts";
import { checkout } from "../../support/local/checkout.ts";
import { ask, endRuns, runLocal } from "../../support/local/run-local.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const cwd = checkout(join(tempFolder(), "code"));
const data = join(cwd, "data");
afterEach(endRuns);

/** The tests' product with these schedules. */
const catalogWith = (schedules: object) => `
  import { myProduct } from "../test/support/catalog/my-product.ts";
  export const products = [{ ...myProduct, schedules: ${JSON.stringify(schedules)} }] as const;
`;
const nightly = {
  event: "create_order",
  env: "dev",
  cron: "0 2 * * *",
  input: { params: { customer: "nightly" } },
};

interface Series {
  job_id: string;
  status: string;
  schedule: string;
  reason?: string;
  drift?: string[];
  last_runs: { status: string }[];
  next_runs: { local: string }[];
}

/** A start of the same system with another catalog, as after `git pull`. */
async function startWith(schedules: object, args = ["--schedules"]) {
  await endRuns();
  writeFileSync(join(cwd, "products/index.ts"), catalogWith(schedules));
  const run = runLocal({ data, cwd, args });
  const running = await run.ready();
  const call = async <T>(path: string, body?: unknown) => (await ask(running, path, body)) as T;
  const series = async (status = "scheduled") =>
    (await call<{ series: Series[] }>(`/v1/series?product_tag=my-product&env=dev&status=${status}`)).series;
  return {
    call,
    series,
    /** The series once they are what the catalog asks for. */
    until: (matches: (all: Series[]) => boolean, status?: string) =>
      until(async () => {
        const all = await series(status);
        return matches(all) && all;
      }, 60_000),
  };
}

const startsAt = (hour: string) => (all: Series[]) =>
  all.some(({ next_runs: [next] }) => next?.local.includes(`T${hour}:00`));

test("a schedule of the catalog has a job that follows it to its end", async () => {
  const without = await startWith({ nightly }, []);
  expect(await without.call<Advanced>("/local/clock", { advance: "1m" })).toMatchObject({ reached: true });
  expect(await without.series()).toEqual([]);

  const made = await startWith({ nightly });
  const [job] = (await made.until(startsAt("02"))) as [Series];
  expect(job).toMatchObject({ schedule: "nightly", status: "scheduled", last_runs: [] });
  expect(await made.call<Advanced>("/local/clock", { advance: "1d" })).toMatchObject({ reached: true });
  const [ran] = (await made.series()) as [Series];
  expect([ran.job_id, ran.last_runs[0]?.status]).toEqual([job.job_id, "completed"]);

  const changed = await startWith({ nightly: { ...nightly, cron: "0 4 * * *" } });
  const [moved] = (await changed.until(startsAt("04"))) as [Series];
  expect([moved.job_id, moved.last_runs[0]?.status]).toEqual([job.job_id, "completed"]);
  expect(moved).not.toHaveProperty("drift");
  await changed.call(`/v1/jobs/${job.job_id}/reschedule`, { repeat: { cron: "0 9 * * *" } });
  expect(await changed.series()).toMatchObject([{ job_id: job.job_id, drift: ["rescheduled"] }]);

  const weekly = { ...nightly, cron: "0 6 * * MON" };
  const back = await startWith({ nightly: { ...nightly, cron: "0 4 * * *" }, weekly });
  const all = await back.until((some) => some.length === 2 && some.every(({ drift }) => !drift));
  expect(all.find(({ job_id }) => job_id === job.job_id)).toMatchObject({ schedule: "nightly" });
  expect(startsAt("04")(all.filter(({ schedule }) => schedule === "nightly"))).toBe(true);

  const gone = await startWith({ weekly });
  const [ended] = (await gone.until((some) => some.length > 0, "cancelled")) as [Series];
  expect(ended).toMatchObject({ job_id: job.job_id, schedule: "nightly" });
  expect(await gone.call(`/v1/jobs/${job.job_id}`)).toMatchObject({
    status: "cancelled",
    reason: "removed from the catalog",
  });
  expect(await gone.series()).toMatchObject([{ schedule: "weekly" }]);
}, 300_000);
