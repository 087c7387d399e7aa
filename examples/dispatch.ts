// Schedules a job for later without waiting for it, then reads its outcome. The receipt means that the job is stored.
import { ductape } from "ductape-sdk";

const receipt = await ductape.processor.job.dispatch({
  env: "dev",
  product_tag: "my-product",
  event: "send_notification",
  input: {
    slug: "welcome",
    email: { to: "ada@example.com", subject: { name: "Ada" }, template: { name: "Ada" } },
  },
  start_at: Date.now() + 2000,
});
console.log(`${receipt.job_id} is ${receipt.status} for ${new Date(receipt.scheduled_at).toISOString()}`);

const job = await ductape.jobs.get(receipt.job_id, { wait: 10 });
const [attempt] = job.attempts;
console.log(`${job.job_id} is ${job.status}${attempt ? `, ${attempt.lateness_ms} ms after its time` : ""}`);
