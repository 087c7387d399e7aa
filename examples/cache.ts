// Asks for the same price three times: the second time its result is remembered, and the third time it has been forgotten.
import { ductape } from "ductape-sdk";

const tenant = { env: "dev", product_tag: "my-product" };
const price = async () => {
  const { job_id } = await ductape.processor.job.dispatch({
    ...tenant,
    event: "calculate_price",
    input: { payload: { sku: "A-1", quantity: 2 } },
    cache: "prices",
    start_at: 0,
  });
  const { status, cached_from } = await ductape.jobs.get(job_id, { wait: 25 });
  console.log(job_id, status, cached_from === undefined ? "was executed" : `has the result of ${cached_from}`);
};

await price();
await price();

await ductape.cache.clear({ ...tenant, tag: "prices" });
await price();
