import { Logger, run } from "graphile-worker";

// It has no rate limits, but skips jobs with forbidden flags. Which keys have had their starts of a period is counted here, which is
// exact as long as one job is taken at a time.
const [connectionString, workload] = process.argv.slice(2);
const { keys, limit, periodMs, jobsPerKey, leadMs, offsets } = JSON.parse(workload);
const starts = Array.from({ length: keys }, () => []);
let left = keys * jobsPerKey;

const isUsedUp = (times) => times.length >= limit && times[times.length - limit] > Date.now() - periodMs;
const runner = await run({
  connectionString,
  concurrency: 1,
  maxPoolSize: 4,
  pollInterval: 100,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  forbiddenFlags: () => starts.flatMap((times, key) => (isUsedUp(times) ? [String(key)] : [])),
  taskList: {
    job: async ({ key }) => {
      starts[key].push(Date.now());
      left--;
    },
  },
});
const from = Date.now() + leadMs;
await Promise.all(
  starts.flatMap((_, key) => {
    const runAt = new Date(from + offsets[key]);
    return Array.from({ length: jobsPerKey }, () => runner.addJob("job", { key }, { runAt, flags: [String(key)] }));
  }),
);
while (left > 0) await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(starts));
process.exit(0);
