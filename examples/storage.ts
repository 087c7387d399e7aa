// Stores a file from a Buffer; its type is found out from its name and content.
import { ductape, type IStorageRequest } from "ductape-sdk";

const file: IStorageRequest = {
  buffer: Buffer.from("order;total\nA-1;59.85\n"),
  fileName: "2030/orders.csv",
};

const stored = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "store_document",
  input: file,
  start_at: 0,
});
console.log(stored);
