import { jobsOf, scheduleMany } from "../support/local-jobs.ts";
import { withLocal } from "../support/npm-start.ts";
import { runScript, unlessMissing, type WithServer } from "../support/rivals.ts";
import { withPostgres, withRedis } from "../support/servers.ts";

/** Jobs at random times within a window that begins `leadMs` after they are scheduled. */
export const workload = { jobs: 1000, leadMs: 8000, windowMs: 20_000 };

export interface Measured {
  system: string;
  /** Why nothing was measured. */
  missing?: string;
  lateMs: number[];
}

/** `npm start` and the workers of other systems, one after the other on this machine. */
export async function measured(): Promise<Measured[]> {
  return [
    await attempt("Ductape Jobs, `npm start`", local),
    await rival("BullMQ, Redis", "bullmq.mjs", withRedis),
    await rival("pg-boss, PostgreSQL, polls every 0.5 s", "pg-boss.mjs", withPostgres),
    await rival("graphile-worker, PostgreSQL, polls every 0.5 s", "graphile-worker.mjs", withPostgres),
  ];
}

const local = (): Promise<number[]> =>
  withLocal(async (running) => {
    const from = Date.now() + workload.leadMs;
    const requests = Array.from({ length: workload.jobs }, () => ({
      start_at: from + Math.floor(Math.random() * workload.windowMs),
    }));
    await scheduleMany(running, requests);
    const jobs = await jobsOf(running, workload.jobs, workload.leadMs + workload.windowMs + 60_000);
    return jobs.map(({ started_at = 0, scheduled_at }) => started_at - scheduled_at);
  });

const rival = (system: string, script: string, withServer: WithServer<number[]>): Promise<Measured> =>
  attempt(system, () => withServer((url) => runScript(new URL(`./rivals/${script}`, import.meta.url), url, workload)));

/** A system that is missing or fails is left out, with the reason. */
async function attempt(system: string, measure: () => Promise<number[]>): Promise<Measured> {
  const { value = [], missing } = await unlessMissing(system, measure);
  return { system, lateMs: value, ...(missing !== undefined && { missing }) };
}
