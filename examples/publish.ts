import { ductape } from "ductape-sdk";

const published = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "announcements:order_placed",
  input: { message: { order: "A-1", total: 12.5 }, key: "c-42", headers: { channel: "web" } },
  start_at: 0,
});
console.log(published);
