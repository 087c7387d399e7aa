import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { inParallel } from "../../lambdas/core/kernel/in-parallel.ts";
import { optionsOf } from "../support/command-options.ts";
import { printCoverage, sumOf } from "./coverage.ts";
import { expected, missingOf, rare } from "./expected.ts";
import { type Kind, kinds } from "./kinds.ts";
import { mutations } from "./mutations/all.ts";
import { type Caught, catchMutations } from "./mutations/run.ts";

interface Share {
  from: number;
  to: number;
  /** How far the seeds of two histories are apart. */
  step: number;
  /** Plays the rest of the share after a failure, rather than ending with it. */
  goesOn: boolean;
  of: Kind;
}

interface Report {
  histories: number;
  jobs: number;
  covered: Map<string, number>;
  failed: Failed[];
}

/** A seed that broke an invariant, and the first violation. */
interface Failed {
  seed: number;
  violation: string;
}

/** A share has so many at most, so that a long run says how far it is. */
const mostOfOne = 5000;

async function simulate({ from, to, step, goesOn, of }: Share): Promise<Report> {
  const report: Report = { histories: 0, jobs: 0, covered: new Map(), failed: [] };
  for (let seed = from; seed < to; seed += step) {
    const { violations, covered, jobs } = await kinds[of](seed);
    report.histories++;
    report.jobs += jobs;
    report.covered = sumOf(report.covered, covered);
    if (violations[0] !== undefined) report.failed.push({ seed, violation: violations[0] });
    if (report.failed.length > 0 && !goesOn) return report;
  }
  return report;
}

const usage = `npm run simulate -- [--handlers] [--histories 1000] [--seed 1] [--step 1] [--workers <cores>] [--trace] [--go-on] [--mutations [--only <name>]]

Plays so many histories from the seed on, those of every 32nd seed with --step 32; --trace prints that one. Exit code 1 if an invariant broke. With --go-on a failure does
not end the run: each share of the seeds prints a line as it ends, which names those that failed.
--handlers plays histories of runs of code alone, about five times as many in the same time.
--mutations breaks the code in each of the ways of mutations/, or in those whose names begin with --only: exit code 1 if one of
them is not seen within so many histories, from the seed on that it has there or from --seed.`;

async function main() {
  const values = optionsOf(
    usage,
    {
      histories: { type: "string", default: "1000" },
      seed: { type: "string" },
      step: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
      trace: { type: "boolean", default: false },
      "go-on": { type: "boolean", default: false },
      handlers: { type: "boolean", default: false },
      mutations: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
    ["histories", "seed", "step", "workers"],
  );
  const first = Number(values.seed ?? 1);
  const of: Kind = values.handlers ? "handlers" : "system";
  if (values.trace) return await printHistory(of, first);
  if (values.mutations) return await printMutations(of, values);
  const began = performance.now();
  const total = Number(values.histories);
  const workers = Math.min(Number(values.workers), total);
  const count = Math.max(workers, Math.ceil(total / mostOfOne));
  const step = Number(values.step);
  const goesOn = values["go-on"];
  const shares = Array.from({ length: count }, (_, i) => ({
    from: first + step * Math.floor((total * i) / count),
    to: first + step * Math.floor((total * (i + 1)) / count),
    ...{ step, goesOn, of },
  }));
  const play = async (share: Share) => {
    const report = await (count === 1 ? simulate(share) : inWorker(share));
    if (goesOn) printShare(share, report);
    return report;
  };
  await print(of, await inParallel(workers, shares, play), (performance.now() - began) / 1000, goesOn);
}

async function printMutations(of: Kind, asked: { only: string; histories: string; seed?: string; workers: string }) {
  const { only, seed } = asked;
  const [most, workers] = [Number(asked.histories), Number(asked.workers)];
  const from = seed === undefined ? undefined : Number(seed);
  const names = mutations.map(({ name }) => name).filter((name) => name.startsWith(only));
  let missed = 0;
  const print = ({ name, histories, seed, violation, ms }: Caught) => {
    if (histories === undefined) missed++;
    const how =
      histories === undefined ? "NOT SEEN" : `${String(histories).padStart(6)} histories, seed ${seed}: ${violation}`;
    console.log(`${name.padEnd(60)} ${String(Math.round(ms)).padStart(6)} ms ${how}`);
  };
  const shares = Array.from({ length: workers }, (_, i) => names.filter((_name, place) => place % workers === i));
  await Promise.all(shares.map((share) => catchMutations({ names: share, most, from, of }, print)));
  console.log(`${names.length} mutations, ${missed} not seen in ${most} histories`);
  if (missed > 0) process.exitCode = 1;
}

async function printHistory(of: Kind, seed: number, lines = Number.POSITIVE_INFINITY) {
  const { trace, violations } = await kinds[of](seed, { traced: true });
  console.log([...trace.slice(-lines), "", `seed ${seed}`, ...violations].join("\n"));
  if (violations.length > 0) process.exitCode = 1;
}

const inWorker = (share: Share): Promise<Report> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: share });
    worker.once("message", resolve).once("error", reject);
  });

function printShare({ from, to }: Share, { failed }: Report) {
  console.log(`seeds ${from} to ${to - 1}: ${failed.length} failed`);
  for (const { seed, violation } of failed) console.log(`  seed ${seed}: ${violation}`);
}

function printMissing(what: string, missing: string[]) {
  if (missing.length > 0) console.log(`${what}: ${missing.join(", ")}`);
}

async function print(of: Kind, reports: Report[], seconds: number, goesOn: boolean) {
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
  const covered = reports.map((report) => report.covered).reduce(sumOf);
  printCoverage(covered);
  const ofKind = (names: readonly string[]) => names.filter((name) => of === "system" || name.startsWith("code: "));
  printMissing("expected, but not seen", missingOf(covered, ofKind(expected)));
  printMissing("rare, and not seen", missingOf(covered, ofKind(rare)));
  const histories = sum((report) => report.histories);
  console.log(
    `${histories} histories, ${sum((report) => report.jobs)} jobs, ${(histories / seconds).toFixed(0)} histories/s`,
  );
  const failed = reports.flatMap((report) => report.failed);
  if (failed.length > 0) process.exitCode = 1;
  if (!goesOn) for (const { seed } of failed) await printHistory(of, seed, 60);
}

if (isMainThread) await main();
else parentPort?.postMessage(await simulate(workerData as Share));
