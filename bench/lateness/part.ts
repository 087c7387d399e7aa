import { duration, percentile, type Section, table } from "../part.ts";
import { measured, workload } from "./measured.ts";
import { modelLines, seeded } from "./model.ts";
import { oneJob, plainScheduler } from "./virtual.ts";

const jobs = 100_000;
const longestMs = 24 * 3_600_000;
const quarterMs = 15 * 60_000;
const target = { p50: 50, p99: 1000 };
const shares = [0.5, 0.99, 1] as const;

const row = (name: string, lateMs: number[]) => [name, ...shares.map((share) => duration(percentile(lateMs, share)))];

/** How late jobs start: in virtual time, as AWS is documented, and on this machine, compared with other systems. */
export async function lateness(): Promise<Section> {
  const { soon, far, plain, early } = await simulated();
  const all = [...soon, ...far];
  const [p50, p99] = [percentile(all, 0.5), percentile(all, 0.99)];
  const here = await measured();
  return {
    title: "Lateness",
    targets: [
      {
        what: "half of the jobs, in virtual time",
        target: duration(target.p50),
        measured: duration(p50),
        met: p50 <= target.p50,
      },
      { what: "99 of 100", target: duration(target.p99), measured: duration(p99), met: p99 <= target.p99 },
      { what: "jobs that start early", target: "0", measured: String(early), met: early === 0 },
    ],
    text: [
      `${jobs.toLocaleString("en-US")} jobs in virtual time through the routing, the dispatch and the consumers' engine: a third is due within 15 minutes, the`,
      "others within a day. Measured from the time a job is due to the start of its execution; the model of AWS is below.\n",
      table(
        ["", "p50", "p99", "at most"],
        [
          row("due within 15 minutes", soon),
          row("due later", far),
          row("all", all),
          row("plain EventBridge Scheduler to SQS", plain),
        ],
      ),
      "",
      ...modelLines.map((line) => `- ${line}`),
      "",
      `Measured on this machine: ${workload.jobs.toLocaleString("en-US")} jobs at random times within ${workload.windowMs / 1000} s, scheduled ${workload.leadMs / 1000} s before, one system after the other. Our`,
      "jobs call a server over HTTP, and are timed when they are claimed; the jobs of the others do nothing.\n",
      table(
        ["", "p50", "p99", "at most"],
        here.map(({ system, missing, lateMs }) =>
          missing === undefined ? row(system, lateMs) : [system, `left out: ${missing}`, "", ""],
        ),
      ),
    ].join("\n"),
  };
}

async function simulated() {
  const random = seeded(1);
  const [soon, far, plain]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < jobs; i++) {
    const isSoon = i % 3 === 0;
    const inMs = Math.floor(isSoon ? random() * quarterMs : quarterMs + random() * (longestMs - quarterMs));
    const { lateMs } = await oneJob(inMs, random);
    (isSoon ? soon : far).push(lateMs);
    plain.push(plainScheduler(inMs, random));
  }
  return { soon, far, plain, early: [...soon, ...far].filter((ms) => ms < 0).length };
}
