import { ductape } from "ductape-sdk";

const id = crypto.randomUUID();

console.log(
  await ductape.processor.job.schedule({
    env: "dev",
    product_tag: "my-product",
    event: "record_order",
    input: { data: { id, customer: "ada", total: 42.5 } },
    start_at: 0,
  }),
);

console.log(
  await ductape.processor.job.schedule({
    env: "dev",
    product_tag: "my-product",
    event: "orders_of_customer",
    input: { filter: { customer: "ada" } },
    start_at: 0,
  }),
);
