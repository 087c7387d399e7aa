// A program as Ductape's documentation wrote it in mid 2025: jobs with retries, series, files, and `{}` for what is not used.
import { randomUUID } from "node:crypto";
import { ductape } from "ductape-sdk";

const place = { product_tag: "my-product", env: "dev" };

// An event may also be named by what it runs, as `database:action`. The first run starts the demo's database.
const order = await ductape.processor.job.schedule({
  ...place,
  event: "orders:create",
  input: { data: { id: randomUUID(), customer: "grace", total: 12.5 }, filter: {} },
  retries: 2,
  start_at: 0,
  cache: {},
  session: {},
});
console.log("order", order);

const { buffer, fileName, mimeType } = await ductape.processor.storage.readFile("examples/README.md");
const file = await ductape.processor.job.schedule({
  ...place,
  event: "store_document",
  input: { buffer, fileName, mimeType },
  retries: 2,
  start_at: 0,
});
console.log("file", file);

// Of `cron` and `every`, the cron counts. `schedule` waits until the series has ended, here after two runs a second apart.
const reminder = await ductape.processor.job.schedule({
  ...place,
  event: "send_notification",
  start_at: 0,
  input: {
    slug: "order_update",
    push_notification: {
      title: { en: "Order Shipped" },
      body: { en: "Your order #12345 has been shipped!" },
      data: { trackingId: "XYZ987" },
      device_token: "abcdef123456",
    },
    email: {},
    callback: {},
  },
  retries: 1,
  repeat: { cron: "* * * * * *", every: 86_400_000, tz: "Europe/Amsterdam", limit: 2, endDate: "2035-12-31" },
});
console.log("reminder", reminder);
