// Runs a workflow of other events: a price, then the order, then an e-mail; each is a job with retries of its own.
import { ductape } from "ductape-sdk";

const placed = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "place_order",
  input: { customer: "ada", sku: "a-1", quantity: 3 },
  start_at: 0,
});
console.log(placed);
