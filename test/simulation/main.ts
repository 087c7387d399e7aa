import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { history } from "./history.ts";

interface Share {
  from: number;
  to: number;
}

interface Report {
  histories: number;
  jobs: number;
  covered: Record<string, number>;
  failed?: { seed: number; violations: string[]; trace: string[] };
}

async function simulate({ from, to }: Share): Promise<Report> {
  const report: Report = { histories: 0, jobs: 0, covered: {} };
  for (let seed = from; seed < to; seed++) {
    const { violations, trace, covered, jobs } = await history(seed);
    report.histories++;
    report.jobs += jobs;
    for (const [name, count] of covered) report.covered[name] = (report.covered[name] ?? 0) + count;
    if (violations.length > 0) return { ...report, failed: { seed, violations, trace } };
  }
  return report;
}

/** `--histories N` from `--seed S` on, on all cores; `--trace` prints one history. Exit code 1 if an invariant broke. */
async function main() {
  const { values } = parseArgs({
    options: {
      histories: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
      trace: { type: "boolean", default: false },
    },
  });
  const first = Number(values.seed);
  if (values.trace) {
    const { trace, violations } = await history(first);
    console.log([...trace, "", ...violations].join("\n"));
    process.exitCode = violations.length > 0 ? 1 : 0;
    return;
  }
  const began = performance.now();
  const total = Number(values.histories);
  const workers = Math.min(Number(values.workers), total);
  const shares = Array.from({ length: workers }, (_, i) => ({
    from: first + Math.floor((total * i) / workers),
    to: first + Math.floor((total * (i + 1)) / workers),
  }));
  const reports = workers === 1 ? [await simulate(shares[0] as Share)] : await Promise.all(shares.map(inWorker));
  print(reports, (performance.now() - began) / 1000);
}

const inWorker = (share: Share): Promise<Report> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: share });
    worker.once("message", resolve).once("error", reject);
  });

function print(reports: Report[], seconds: number) {
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
  const covered: Record<string, number> = {};
  for (const report of reports) {
    for (const [name, count] of Object.entries(report.covered)) covered[name] = (covered[name] ?? 0) + count;
  }
  for (const [name, count] of Object.entries(covered).sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(String(count).padStart(9), name);
  const histories = sum((report) => report.histories);
  console.log(
    `${histories} histories, ${sum((report) => report.jobs)} jobs, ${(histories / seconds).toFixed(0)} histories/s`,
  );
  for (const { failed } of reports) {
    if (!failed) continue;
    console.log([...failed.trace.slice(-60), "", `seed ${failed.seed}`, ...failed.violations].join("\n"));
    process.exitCode = 1;
  }
}

if (isMainThread) await main();
else parentPort?.postMessage(await simulate(workerData as Share));
