// Shows when a series would run, without making it: on weekdays at nine in Berlin, but for two days, and a while after the hour.
import { ductape } from "ductape-sdk";

const { job, next_runs } = await ductape.jobs.explain({
  env: "dev",
  product_tag: "my-product",
  event: "calculate_price",
  input: { payload: { sku: "A-1", quantity: 2 } },
  start_at: "2030-12-20T00:00:00+01:00",
  repeat: {
    cron: "0 9 * * MON-FRI",
    tz: "Europe/Berlin",
    except: ["2030-12-25", "2030-12-26"],
    missed: "skip",
    overlap: "cancel_previous",
    spread_ms: 300_000,
  },
  // The part of spread_ms that every run is late depends on the job's id, which the key decides.
  idempotency_key: "weekday-prices",
});
console.log(`Each run starts ${job.repeat?.offset_ms ?? 0} ms after nine:`);
for (const { local } of next_runs.slice(0, 5)) console.log(local);
