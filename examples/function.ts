// Calls a cloud function and uses what it answers: status, headers and body.
import { ductape, type IFunctionRequest } from "ductape-sdk";

const price: IFunctionRequest = { payload: { sku: "A-1", quantity: 3 } };

const result = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "calculate_price",
  input: price,
  start_at: 0,
});
const { status, body } = result as { status: number; body: { total: number; currency: string } };
console.log(`status ${status}: 3 of A-1 cost ${body.total} ${body.currency}`);
