import { PgBoss } from "pg-boss";

const [url, workload] = process.argv.slice(2);
const { jobs, leadMs, windowMs } = JSON.parse(workload);
const late = [];

const boss = new PgBoss(url);
boss.on("error", console.error);
await boss.start();
await boss.createQueue("bench");
const from = Date.now() + leadMs;
const due = Array.from({ length: jobs }, () => from + Math.floor(Math.random() * windowMs));
await boss.insert(
  "bench",
  due.map((at) => ({ data: { due: at }, startAfter: new Date(at) })),
);
await boss.work("bench", { pollingIntervalSeconds: 0.5, batchSize: 100 }, async (batch) => {
  for (const { data } of batch) late.push(Date.now() - data.due);
});
while (late.length < jobs) await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(late));
await boss.stop({ graceful: false });
process.exit(0);
