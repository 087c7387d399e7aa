import { Logger, run } from "graphile-worker";

const [connectionString, workload] = process.argv.slice(2);
const { jobs, leadMs, windowMs } = JSON.parse(workload);
const late = [];

const runner = await run({
  connectionString,
  concurrency: 50,
  maxPoolSize: 20,
  pollInterval: 500,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: {
    job: async ({ due }) => {
      late.push(Date.now() - due);
    },
  },
});
const from = Date.now() + leadMs;
await Promise.all(
  Array.from({ length: jobs }, () => {
    const due = from + Math.floor(Math.random() * windowMs);
    return runner.addJob("job", { due }, { runAt: new Date(due) });
  }),
);
while (late.length < jobs) await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(late));
await runner.stop();
process.exit(0);
