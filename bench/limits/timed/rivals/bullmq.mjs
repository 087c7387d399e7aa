import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

// The limiter of the open-source edition is one per queue, so each key has a queue and a worker of its own.
const [url, workload] = process.argv.slice(2);
const { keys, limit, periodMs, jobsPerKey, leadMs, offsets } = JSON.parse(workload);
const connection = new Redis(url, { maxRetriesPerRequest: null });
const starts = Array.from({ length: keys }, () => []);
let left = keys * jobsPerKey;

const queues = starts.map((_, key) => new Queue(`key-${key}`, { connection }));
const workers = starts.map((times, key) => {
  const limiter = { max: limit, duration: periodMs };
  const start = async () => {
    times.push(Date.now());
    left--;
  };
  return new Worker(`key-${key}`, start, { connection, concurrency: 50, limiter });
});
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
const from = Date.now() + leadMs;
await Promise.all(
  queues.map((queue, key) => {
    const delay = Math.max(0, from + offsets[key] - Date.now());
    const job = { name: "job", data: {}, opts: { delay, removeOnComplete: true } };
    return queue.addBulk(Array.from({ length: jobsPerKey }, () => job));
  }),
);
while (left > 0) await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(starts));
process.exit(0);
