// Records an order twice, as a retry might, and reads it back: the statement of the catalog lets it in once.
import { randomUUID } from "node:crypto";
import { ductape } from "ductape-sdk";

const event = (name: string) => ({ env: "dev", product_tag: "my-product", event: name, start_at: 0 });
const order = { id: randomUUID(), customer: "ada", total: 19.95 };

for (const _ of [1, 2]) {
  const written = await ductape.processor.job.schedule({ ...event("record_order"), input: { data: order } });
  console.log("written:", written);
}

const read = await ductape.processor.job.schedule({
  ...event("orders_of_customer"),
  input: { data: {}, filter: { customer: "ada" } },
});
console.log(`the order is there: ${JSON.stringify(read).includes(order.id)}`);
