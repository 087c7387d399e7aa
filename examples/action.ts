// Calls an action of an app now, and prints the app's answer or the reason why it failed.
import { ductape, type IActionRequest, InvalidRequestError, JobFailedError, TimeoutError } from "ductape-sdk";

const order: IActionRequest = {
  params: { customer: "c-42" },
  body: { sku: "A-1", quantity: 2 },
};

try {
  const answer = await ductape.processor.job.schedule(
    {
      env: "dev",
      product_tag: "my-product",
      event: "create_order",
      app: "shop",
      input: order,
      start_at: 0,
      retries: 2,
    },
    { timeout: 60_000 },
  );
  console.log(answer);
} catch (error) {
  process.exitCode = 1;
  if (error instanceof InvalidRequestError) console.error("Change this:", error.errors);
  else if (error instanceof JobFailedError) console.error(`Failed with ${error.code}:`, error.message);
  else if (error instanceof TimeoutError) console.error("Still running:", error.jobId);
  else throw error;
}
