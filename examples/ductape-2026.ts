// A program as Ductape's documentation writes it today: a client with a product and an env, a `dispatch` for each kind of job, and
// the management of jobs. Credentials are DUCTAPE_URL and DUCTAPE_API_KEY, or `url` and `apiKey`.
import Ductape from "ductape-sdk";

const ductape = new Ductape({ product: "my-product", env: "dev" });

const mail = await ductape.notifications.dispatch({
  notification: "customers",
  event: "welcome",
  input: { email: { recipients: ["ada@example.com"], subject: { name: "Ada" }, template: { name: "Ada" } } },
  retries: 3,
});
const sent = await ductape.jobs.get(mail.job_id, { wait: 10 });
console.log(`the mail is ${sent.status}`);

const order = await ductape.actions.dispatch({
  app: "shop",
  event: "create_order",
  input: { "params:customer": "ada", "query:source": "examples", "body:sku": "tea", "body:quantity": 2 },
  retries: 3,
  retryConfig: { initialDelay: 2000, maxDelay: 60_000, nonRetryableErrors: ["VALIDATION_ERROR", "CARD_DECLINED"] },
  schedule: { start_at: Date.now() + 1000 },
});
await ductape.jobs.get(order.job_id, { wait: 10 });
const { executions } = await ductape.jobs.getHistory(order.job_id, { limit: 10 });
for (const { number, status, duration_ms } of executions) console.log(`run ${number} ${status}, ${duration_ms} ms`);

const daily = await ductape.actions.dispatch({
  app: "shop",
  event: "create_order",
  input: { "params:customer": "ada", "body:sku": "tea" },
  schedule: { cron: "0 9 * * *", tz: "Europe/Berlin", endDate: "2035-12-31" },
});
const { jobs } = await ductape.jobs.list({ namespace: "actions", recurring: true, status: "scheduled" });
for (const { id, cron } of jobs) if (id === daily.job_id) console.log(`a series waits for ${cron}`);
const cancelled = await ductape.jobs.cancel(daily.job_id, { reason: "Campaign ended early" });
console.log(`it is ${cancelled.status}: ${cancelled.reason}`);

// Counted a moment after the fact, so these may be the figures from before.
const { completed, failed } = await ductape.jobs.getStats();
console.log(`${completed} completed, ${failed} failed in the last 24 hours`);
