import { seeded } from "../lateness/model.ts";
import { duration, percentile, type Section, table } from "../part.ts";
import { startsOf } from "./consumers.ts";
import { messagesOf, plainMessages } from "./messages.ts";
import { assumed, byDefault, type Deployment, forHerds, forLargerHerds, quotas, raised } from "./quotas.ts";

const dueAt = Date.UTC(2030, 0, 1, 12);
const [small, large] = [100_000, 1_000_000];
const targets = { byDefault: 15_000, forHerds: 2000 };
const executions = [0, 50, 200];

const deployments: [name: string, deployment: Deployment][] = [
  ["default settings", byDefault],
  ["raised", raised],
  ["for herds", forHerds],
  ["for larger herds", forLargerHerds],
];

/** How late the jobs of a herd start, in milliseconds. */
type Late = Float64Array;

const late = (visible: Float64Array, deployment: Deployment, executionMs = 0): Late =>
  startsOf(visible, dueAt, deployment, executionMs).map((start) => start - dueAt);
const ours = async (jobs: number, deployment: Deployment, executionMs = 0): Promise<Late> =>
  late((await messagesOf(jobs, dueAt, deployment.holdSeconds, seeded(1))).visible, deployment, executionMs);
const plain = (jobs: number, aheadMs: number): Late => late(plainMessages(jobs, dueAt, aheadMs, seeded(1)), byDefault);

const shares = [0.5, 0.99, 1];
const rowOf = (name: string, all: Late): string[] => {
  const values = [...all];
  return [name, ...shares.map((share) => duration(Math.max(0, percentile(values, share))))];
};

async function tableOf(jobs: number): Promise<string> {
  const rows = [
    rowOf("plain EventBridge Scheduler to SQS, at the second", plain(jobs, 0)),
    rowOf("each message asked for 75 s ahead, as before", plain(jobs, 75_000)),
  ];
  for (const [name, deployment] of deployments) rows.push(rowOf(name, await ours(jobs, deployment)));
  return table([`${jobs.toLocaleString("en-US")} jobs that do nothing`, "p50", "p99", "the last one"], rows);
}

/** The default settings with one of their bounds moved, or two. */
const lifted: [what: string, deployment: Partial<Deployment>][] = [
  ["as they are", {}],
  ["no maximum concurrency", { maxConcurrency: 1000 }],
  ["8 partitions of the index", { indexShards: 8 }],
  ["32 partitions of the index", { indexShards: 32 }],
  ["512 MB", { memoryMb: 512 }],
  ["a full processor", { memoryMb: assumed.oneProcessorMb }],
  ["60 batches from the first moment", { firstBatches: 60 }],
  ["the same, and a full processor", { firstBatches: 60, memoryMb: assumed.oneProcessorMb }],
];

async function liftedTable(): Promise<string> {
  const rows = [];
  for (const [what, more] of lifted) rows.push(rowOf(what, await ours(small, { ...byDefault, ...more })));
  return table(["default settings, with", "p50", "p99", "the last one"], rows);
}

const explanation = [
  "Lambda begins with 5 batches and has 60 after eleven seconds, by when more than half of the jobs have started. From there the consumers start 9,100 per second, half of a batch's time being",
  "processor time at 256 MB; the index would take the ends of 16,000. With 8 partitions it takes 8,000, 12.5 s for all of them, which is why there are 16: each more costs a read per list and per",
  "round of the reconciler, as [scale](#scale-what-bounds-jobs-per-second) counts them. More memory would be faster, and everyone would pay twice for each second that a job waits for its provider.",
];

const settingsTable = (): string =>
  table(
    ["", "concurrency", "pollers", "batch", "hold", "memory", "shards", "table's writes/s"],
    deployments.map(([name, d]) => [
      name,
      Math.max(d.maxConcurrency, (d.pollers ?? 0) * quotas.batchesPerPoller),
      d.pollers ?? "-",
      d.batchSize,
      `${d.holdSeconds} s`,
      `${d.memoryMb} MB`,
      d.indexShards,
      d.tableWrites.toLocaleString("en-US"),
    ]),
  );

async function executionTable(): Promise<string> {
  const rows = [];
  for (const [name, deployment] of deployments) {
    const row = [name];
    for (const ms of executions) row.push(duration(percentile([...(await ours(small, deployment, ms))], 0.99)));
    rows.push(row);
  }
  return table([`p99 of ${small.toLocaleString("en-US")} jobs`, ...executions.map((ms) => `that take ${ms} ms`)], rows);
}

/** A herd: very many jobs that are due at the same second, in virtual time and under AWS's documented quotas. */
export async function herd(): Promise<Section> {
  const [usual, named] = [await ours(small, byDefault), await ours(small, forHerds)];
  const [p99, p99Named] = [percentile([...usual], 0.99), percentile([...named], 0.99)];
  const million = await messagesOf(large, dueAt, 0, seeded(1));
  return {
    title: "A herd: very many jobs at one second",
    targets: [
      {
        what: `99 of 100 of ${small.toLocaleString("en-US")} jobs, default settings`,
        target: duration(targets.byDefault),
        measured: duration(p99),
        met: p99 <= targets.byDefault,
      },
      {
        what: "the same, with the settings for herds",
        target: duration(targets.forHerds),
        measured: duration(p99Named),
        met: p99Named <= targets.forHerds,
      },
      {
        what: `messages of ${large.toLocaleString("en-US")} jobs that EventBridge Scheduler delivers too late`,
        target: "0",
        measured: String(million.late),
        met: million.late === 0,
      },
    ],
    text: [
      `All jobs belong to one product and env and are due at one second, a day ahead, scheduled by ${100} processes. The routing, the counter of hot minutes and`,
      "the handling of early messages are the real ones; AWS is a model of its quotas. Measured from the time a job is due to its claim.",
      `The lead of ${large.toLocaleString("en-US")} jobs grows by up to ${million.furthest * 15} minutes.\n`,
      await tableOf(small),
      "",
      await tableOf(large),
      "",
      await executionTable(),
      "",
      `What the ${duration(p99)} of the default settings are made of: the same ${small.toLocaleString("en-US")} jobs, each row with a bound moved.\n`,
      await liftedTable(),
      "",
      ...explanation,
      "",
      "The settings, which [herds.md](operations/herds.md) explains:\n",
      settingsTable(),
      "",
      `- EventBridge Scheduler starts ${quotas.schedulerStarts.toLocaleString("en-US")} schedules per second, each up to ${quotas.schedulerLateMs / 1000} s after its time`,
      `- Lambda reads ${quotas.firstBatches} batches of a queue at a time at first and ${quotas.moreBatches * 60} more per minute; a provisioned poller reads ${quotas.batchesPerPoller} at a time, with ${quotas.pollsPerPoller} requests of ${quotas.messagesPerPoll} messages per second`,
      `- a partition of the index takes ${quotas.keyWrites.toLocaleString("en-US")} writes per second; that the table takes so many has been arranged (\`jobs:warmWrites\`)`,
      `- a batch reaches its consumer in ${assumed.deliveryMs} ms, a request takes ${assumed.requestMs} ms, and a job ${assumed.claimCpuMs + assumed.outcomeCpuMs} ms of a full processor (${assumed.oneProcessorMb} MB), as the part \`overhead\` measures`,
    ].join("\n"),
  };
}
