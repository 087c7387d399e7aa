import { ductape } from "ductape-sdk";

const stored = await ductape.processor.job.schedule({
  env: "dev",
  product_tag: "my-product",
  event: "store_document",
  input: { buffer: Buffer.from("Hello from a job.\n"), fileName: "greetings/hello.txt" },
  start_at: 0,
});
console.log(stored);
