import { isFinished, type Job, type RunRecord } from "../../lambdas/core/job.ts";
import { calm, hard } from "./adversary.ts";
import { type Observer, observer } from "./observer.ts";
import { type Random, seeded } from "./random.ts";
import { simulatedSystem } from "./system.ts";
import { timeline } from "./timeline.ts";
import { workload } from "./workload.ts";

export interface History extends Pick<Observer, "violations" | "trace" | "covered"> {
  seed: number;
  jobs: number;
}

const start = Date.UTC(2030, 0, 1, 12);
const hour = 3_600_000;
/** Long after the last thing that a workload can ask for, retries of a day's worth of bad luck included. */
const horizon = start + 12 * hour;
const busyUntil = start + 1_900_000;

/** One history: the same for the same seed. Every fourth one is calm, to see that jobs are on time when nothing breaks. */
export async function history(seed: number): Promise<History> {
  const restore = tokensFrom(seeded(seed ^ 0x5f5f));
  try {
    return await run(seed);
  } finally {
    restore();
  }
}

async function run(seed: number): Promise<History> {
  const random = seeded(seed);
  const peaceful = seed % 4 === 0;
  const time = timeline(start);
  const seen = observer(time.now, start);
  const system = simulatedSystem({ time, random, hardship: peaceful ? calm : hard, observer: seen });
  const accepted = workload({ time, random, observer: seen, system }, !peaceful);
  const isDone = (job: Job) => isFinished(job) || job.status === "paused";
  const going = () =>
    seen.violations.length === 0 &&
    time.now() < horizon &&
    (time.now() < busyUntil || system.inFlight() > 0 || !system.jobs.all().every(isDone));
  await time.run(going);

  for (const { id } of accepted.values()) {
    const job = system.jobs.peek(id);
    if (!job) seen.violated(1, `${id.slice(-6)} was accepted and is gone`);
    else if (!isDone(job) && seen.violations.length === 0)
      seen.violated(1, `${id.slice(-6)} is still ${job.status} at the end`);
  }
  if (peaceful) checkPunctuality(system.jobs.all(), system.jobs.archived(), seen);
  return { seed, violations: seen.violations, trace: seen.trace, covered: seen.covered, jobs: accepted.size };
}

/** Claim ids and write ids are random in earnest; here they are the seed's too. */
function tokensFrom(random: Random) {
  const token = () => `${random.int(0, 0xffff).toString(16).padStart(4, "0")}-${random.next()}`;
  Object.defineProperty(crypto, "randomUUID", { value: token, configurable: true });
  return () => Reflect.deleteProperty(crypto, "randomUUID");
}

/** Beyond SQS's own lag and a few calls; DESIGN 1 promises the second. */
const punctualMs = 1000;

function checkPunctuality(jobs: Job[], archived: RunRecord[], seen: Observer) {
  const repeats = new Map(jobs.map(({ id, repeat }) => [id, repeat]));
  const runs = [...jobs, ...archived.map((run) => ({ id: run.job_id, ...run }))];
  for (const { id, attempts } of runs) {
    // An occurrence that waited for a longer run before it is late by design.
    if (repeats.get(id)?.overlap === "queue") continue;
    for (const { attempt, started_at, due_at } of attempts) {
      const late = started_at - due_at;
      if (late > punctualMs) seen.violated(1, `${id.slice(-6)} attempt ${attempt} started ${late} ms late in peace`);
    }
  }
}
