import type { DuctapeJob } from "./ductape-job.ts";
import { InvalidRequestError } from "./errors.ts";

/** The job type of each namespace; of two namespaces for one type, a job shows the first. */
export const typeOfNamespace = {
  actions: "action",
  api: "action",
  notifications: "notification",
  databases: "database_action",
  database: "database_action",
  functions: "function",
  storage: "storage",
  events: "publish",
  features: "feature",
  workflows: "feature",
} as const;

/** What the names are read from. */
interface Source {
  job_id: string;
  product_tag: string;
  type: string;
  status: string;
  run: number;
  attempt: number;
  finished_at?: number;
  error?: { code: string; message: string };
  repeat?: { cron?: string; every?: number; tz?: string; limit?: number; end_date?: number };
}

/** An error as one text. */
export const textOf = ({ code, message }: { code: string; message: string }): string => `${code}: ${message}`;

const namespaceOf = (type: string) => Object.entries(typeOfNamespace).find(([, one]) => one === type)?.[0];

const ended = ({ status }: Source): boolean => status === "completed" || status === "failed";

const names: Record<keyof DuctapeJob, (job: Source) => unknown> = {
  id: (job) => job.job_id,
  product: (job) => job.product_tag,
  namespace: (job) => namespaceOf(job.type),
  completed_at: (job) => job.finished_at,
  retry_count: (job) => job.attempt - 1,
  last_error: (job) => job.error && textOf(job.error),
  execution_count: (job) => (ended(job) ? job.run : job.run - 1),
  cron: (job) => job.repeat?.cron,
  every: (job) => job.repeat?.every,
  tz: (job) => job.repeat?.tz,
  limit: (job) => job.repeat?.limit,
  end_date: (job) => job.repeat?.end_date,
};

/** Not in the types of a job, so that a compiler refuses them. */
const notHere: Record<string, (job: Source) => never> = {
  input: ({ job_id }) => refuse("input", `ask jobs.input("${job_id}"), with a key that has jobs:input`),
  updated_at: ({ job_id }) =>
    refuse("updated_at", `created_at, started_at, finished_at and jobs.runs("${job_id}") say what happened when`),
};

function refuse(name: string, instead: string): never {
  throw new InvalidRequestError("INVALID_REQUEST", `job.${name} is not part of an answer: ${instead}.`, []);
}

const getters = (): PropertyDescriptorMap =>
  Object.fromEntries(
    Object.entries({ ...names, ...notHere }).map(([name, read]) => [
      name,
      {
        configurable: true,
        get(this: Source) {
          return read(this);
        },
      },
    ]),
  );

let made: PropertyDescriptorMap | undefined;

/** Gives a job of an answer Ductape's names besides ours. */
export function withNames<Job extends object>(job: Job): Job {
  made ??= getters();
  return Object.defineProperties(job, made);
}
