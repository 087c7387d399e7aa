import { countsOf, type Kind, kinds } from "../cost/kinds.ts";
import { byDefault, quotas } from "../herd/quotas.ts";
import { type Section, table } from "../part.ts";
import { boundsOf, partitionsPerRound } from "./bounds.ts";

const thousands = (count: number): string => (Math.floor(count / 1000) * 1000).toLocaleString("en-US");
const rounded = (jobs: number): string => (Math.floor(jobs / 10) * 10).toLocaleString("en-US");

/** What bounds the jobs per second of a deployment: no measurement, but the counted calls divided into AWS's quotas. */
export async function scale(): Promise<Section> {
  const bounds = boundsOf(await countsOf(kinds[0] as Kind)).sort((a, b) => a.jobsPerSecond - b.jobsPerSecond);
  const shards = [8, 16, 32, 64, 128, 256];
  const perShard =
    (bounds.find(({ movedBy }) => movedBy === "`jobs:indexShards`")?.jobsPerSecond ?? 0) / byDefault.indexShards;
  return {
    title: "Scale: what bounds jobs per second",
    targets: [],
    text: [
      "Arithmetic, not a measurement: what a small job that succeeds at once was counted to use (the part `cost`), divided into AWS's documented",
      "quotas with the default settings, the lowest bound first. A rate that is exceeded for a while makes jobs late and loses none.\n",
      table(
        ["", "per job", "jobs per second", "moved by"],
        bounds.map(({ what, perJob, jobsPerSecond, movedBy }) => [what, perJob, rounded(jobsPerSecond), movedBy]),
      ),
      "",
      `A partition of the index takes ${quotas.keyWrites.toLocaleString("en-US")} writes per second, and is the first bound of one product and env that no quota moves. Lists read one page of each shard:\n`,
      table(
        ["`jobs:indexShards`", ...shards.map(String)],
        [
          ["jobs per second of a product and env", ...shards.map((count) => rounded(count * perShard))],
          ["queries of a page of jobs with one status", ...shards.map(String)],
        ],
      ),
      "",
      `The reconciler looks at each partition of pending jobs of each product and env: at some ${thousands(partitionsPerRound())} a minute, so each waits for as many minutes as it takes to get`,
      "through all ([quotas.md](operations/quotas.md#how-large-a-catalog-may-be)). Only what a crash has left behind waits for it.\n",
      "Nothing else is shared by all jobs: counters are written once per batch of up to 100 changes, a queue has no quota of messages per second,",
      "and each job is an item of its own.",
    ].join("\n"),
  };
}
