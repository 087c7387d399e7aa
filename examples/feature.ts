import { ductape } from "ductape-sdk";

// A workflow of three other jobs: it calculates the price, creates the order with it, and notifies the customer.
const placed = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "place_order",
  input: { customer: "ada", sku: "tea", quantity: 2 },
  start_at: 0,
});
console.log(placed);
