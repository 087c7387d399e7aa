import { ductape } from "ductape-sdk";

const price = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "calculate_price",
  input: { payload: { sku: "tea", quantity: 2 } },
  start_at: 0,
});
console.log(price);
