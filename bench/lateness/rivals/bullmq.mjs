import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const [url, workload] = process.argv.slice(2);
const { jobs, leadMs, windowMs } = JSON.parse(workload);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const late = [];

const worker = new Worker("bench", async ({ data }) => late.push(Date.now() - data.due), {
  connection,
  concurrency: 50,
});
const queue = new Queue("bench", { connection });
const from = Date.now() + leadMs;
await queue.addBulk(
  Array.from({ length: jobs }, () => {
    const due = from + Math.floor(Math.random() * windowMs);
    return { name: "job", data: { due }, opts: { delay: Math.max(0, due - Date.now()), removeOnComplete: true } };
  }),
);
while (late.length < jobs) await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(late));
await worker.close();
await queue.close();
process.exit(0);
