import type { Receiver } from "./receiver.ts";
import { type Api, call } from "./system.ts";

export interface Receipt {
  id: string;
  kind: string;
  limit?: number;
}

interface AttemptView {
  attempt: number;
  due_at: number;
  started_at: number;
  outcome: string;
  crashes?: number;
}

interface JobView {
  job_id: string;
  status: string;
  run: number;
  attempts: AttemptView[];
  error?: { code: string; message: string };
  steps?: Record<string, { job_id?: string }>;
}

export interface Findings {
  /** The number of jobs examined, including steps of features. */
  jobs: number;
  runs: number;
  executions: number;
  /** Executions of an attempt that had already been executed: a fault, unless a kill lies between. */
  repeated: number;
  /** Jobs that failed because three of their attempts were killed. */
  crashed: number;
  faults: string[];
}

/** Checks the invariants (docs/design.md 11) for jobs with receipts, once everything has ended. `kills` are their times. */
export async function check(system: Api, receipts: Receipt[], { calls }: Receiver, kills: number[]) {
  const found: Findings = { jobs: 0, runs: 0, executions: 0, repeated: 0, crashed: 0, faults: [] };
  const fault = (id: string, what: string) => found.faults.push(`${id}: ${what}`);

  const checkRun = (id: string, run: number, attempts: AttemptView[]) => {
    found.runs++;
    const completions = attempts.filter(({ outcome }) => outcome === "completed").length;
    if (completions > 1) fault(id, `run ${run} has ${completions} completions`);
    for (const { attempt, due_at, started_at } of attempts) {
      if (started_at < due_at) fault(id, `run ${run} attempt ${attempt} began ${due_at - started_at} ms early`);
    }
    const made = calls.get(`${id}-${run}`) ?? [];
    found.executions += made.length;
    const allowed = attempts.reduce((sum, { crashes = 0 }) => sum + 1 + crashes, 0);
    if (made.length > allowed)
      fault(id, `run ${run} was executed ${made.length} times in ${allowed} attempts and crashes`);
    for (const [i, next] of made.entries()) {
      const before = made[i - 1];
      if (!before || before.answered?.status === 503) continue;
      found.repeated++;
      const killed = kills.some((at) => at >= before.at && at <= next.at);
      if (!killed) fault(id, `run ${run} was executed again although nothing was killed in between`);
    }
  };

  const checkJob = async (id: string, { kind, limit = 1 }: Pick<Receipt, "kind" | "limit">): Promise<void> => {
    found.jobs++;
    const { status, body: job } = await call<JobView>(system, `/v1/jobs/${id}`);
    if (status !== 200) return void fault(id, `is lost: ${status} (${kind})`);
    const crashed = job.error?.code === "CRASHED" || job.error?.message.includes("ended 3 times");
    if (job.status === "failed" && crashed) found.crashed++;
    else if (job.status !== "completed") fault(id, `is ${job.status} (${kind}) ${job.error?.code ?? ""}`);
    const archived = limit > 1 ? await runsOf(system, id) : [];
    const runs = [...archived.filter(({ run }) => run !== job.run), job].sort((a, b) => a.run - b.run);
    for (const [i, { run, attempts }] of runs.entries()) {
      if (run !== i + 1) fault(id, `run ${i + 1} is missing`);
      checkRun(id, run, attempts);
    }
    if (runs.length !== limit) fault(id, `has ${runs.length} of ${limit} runs`);
    for (const step of Object.values(job.steps ?? {})) if (step.job_id) await checkJob(step.job_id, { kind: "step" });
  };

  for (const receipt of receipts) await checkJob(receipt.id, receipt);
  return found;
}

const runsOf = async (system: Api, id: string) =>
  (await call<{ runs: { run: number; attempts: AttemptView[] }[] }>(system, `/v1/jobs/${id}/runs?limit=100`)).body.runs;
