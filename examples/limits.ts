// Schedules 30 jobs at once for an event that may start 10 times per second, and prints when each of them started.
import { ductape } from "ductape-sdk";

const tenant = { env: "dev", product_tag: "my-product" };
const receipts = await Promise.all(
  Array.from({ length: 30 }, (_, number) =>
    ductape.processor.job.dispatch({
      ...tenant,
      event: "notify_warehouse",
      input: { params: { warehouse: "north" }, body: { parcel: number } },
      start_at: 0,
    }),
  ),
);

// Jobs that cannot start yet stand in line: `waiting_for` says at which limit, at which place, and about until when.
const jobs = await Promise.all(receipts.map(({ job_id }) => ductape.jobs.get(job_id, { wait: 25 })));
const starts = jobs.map(({ started_at = 0 }) => started_at).sort((a, b) => a - b);
for (const [place, start] of starts.entries()) {
  console.log(`${String(place + 1).padStart(2)}. after ${String(start - (starts[0] ?? 0)).padStart(4)} ms`);
}

const [warehouse] = await ductape.limits.list({ ...tenant, name: "warehouse", key: "north" });
console.log(`${warehouse?.name}:`, warehouse?.gates[0]);
