// Asks for a pickup from the first courier that can come. On this machine the first one is down: prints who took over, and why.
import { ductape } from "ductape-sdk";

const request = {
  env: "dev",
  product_tag: "my-product",
  event: "request_pickup",
  input: { body: { parcel: 7 } },
  start_at: 0,
};

const { job: explained } = await ductape.jobs.explain(request);
for (const { order, name } of explained.targets ?? []) console.log(`${order}. ${name}`);

const { job_id } = await ductape.processor.job.dispatch(request);
const job = await ductape.jobs.get(job_id, { wait: 25 });
for (const { attempt, target } of job.attempts) {
  for (const { name, code } of target?.tried ?? []) console.log(`attempt ${attempt} tried ${name}: ${code}`);
  for (const name of target?.left_out ?? []) console.log(`attempt ${attempt} left out ${name}, which had just failed`);
  console.log(`attempt ${attempt} was done by ${target?.name}`);
}
