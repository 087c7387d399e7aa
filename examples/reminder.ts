// Schedules a reminder in thirty days and sees it now, by moving the clock of the local runtime (`npm start`), which AWS does
// not have.
import { ductape } from "ductape-sdk";

const clock = new URL("/local/clock", process.env.DUCTAPE_URL);

interface LocalTime {
  now: number;
  time: string;
}

// The clock may have been moved before, so the thirty days count from its time.
const { now } = (await (await fetch(clock)).json()) as LocalTime;

const receipt = await ductape.processor.job.dispatch({
  env: "dev",
  product_tag: "my-product",
  event: "send_notification",
  input: {
    slug: "welcome",
    email: { to: "ada@example.com", subject: { name: "Ada" }, template: { name: "Ada" } },
  },
  start_at: now + 30 * 24 * 3_600_000,
});
console.log(`${receipt.job_id} is ${receipt.status} for ${new Date(receipt.scheduled_at).toISOString()}`);

const moved = await fetch(clock, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ advance: "30d1m" }),
});
const { time } = (await moved.json()) as LocalTime;
console.log(`It is ${time} now`);

const job = await ductape.jobs.get(receipt.job_id);
console.log(`${job.job_id} is ${job.status}, ${job.attempts[0]?.lateness_ms} ms after its time`);
console.log(
  "The local clock stays ahead. To return to this machine's time, start with another DUCTAPE_DATA (docs/local.md)",
);
