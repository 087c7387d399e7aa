import { duration, median, percentile, type Section, table } from "../part.ts";
import { jobsOf, scheduleMany } from "../support/local-jobs.ts";
import { withLocal } from "../support/npm-start.ts";

const jobs = 1000;

/** How many jobs per second `npm start` accepts and finishes. */
export async function throughput(): Promise<Section> {
  const { accepted, finished, waits } = await withLocal(async (running) => {
    // The first job loads what all others need.
    await scheduleMany(running, [{ start_at: 0 }]);
    await jobsOf(running, 1, 30_000);
    const begin = Date.now();
    await scheduleMany(
      running,
      Array.from({ length: jobs }, () => ({ start_at: 0 })),
    );
    const accepted = Date.now() - begin;
    const all = (await jobsOf(running, jobs + 1, 120_000)).filter(({ scheduled_at }) => scheduled_at >= begin);
    const finished = Math.max(...all.map(({ finished_at = 0 }) => finished_at)) - begin;
    return { accepted, finished, waits: all.map(({ scheduled_at, finished_at = 0 }) => finished_at - scheduled_at) };
  });
  return {
    title: "Throughput of the local runtime",
    targets: [],
    text: [
      `\`npm start\` with ${jobs.toLocaleString("en-US")} jobs that are due at once, in requests of 100; each calls the outbox over HTTP. On AWS the services and`,
      "`jobs:maxConcurrency` set the limits.\n",
      table(
        ["", ""],
        [
          ["accepted", `${Math.round((1000 * jobs) / accepted)} per second`],
          ["finished", `${Math.round((1000 * jobs) / finished)} per second`],
          ["from request to end, p50", duration(median(waits))],
          ["from request to end, p99", duration(percentile(waits, 0.99))],
        ],
      ),
    ].join("\n"),
  };
}
