import { InvalidRequestError } from "./errors.ts";

/**
 * A job by the names that it has in Ductape's documentation. They are read-only and not enumerable: JSON, the console, a spread and a
 * comparison show each value once, by our name. Ductape's `input` and `updated_at` throw what to ask instead: answers do not have them.
 */
export interface DuctapeJob {
  /** `job_id`. */
  readonly id: string;
  /** `product_tag`. */
  readonly product: string;
  /** The job's `type`, by the namespace whose `dispatch` makes such jobs. */
  readonly namespace: JobNamespace;
  /** `finished_at`. */
  readonly completed_at?: number;
  /** How many attempts of the current run have been followed by another one: `attempt - 1`. */
  readonly retry_count: number;
  /** The `error` as one text: `TIMEOUT: no answer within 30000 ms`. */
  readonly last_error?: string;
  /** How many runs have completed or failed. */
  readonly execution_count: number;
  /** `repeat.cron`. */
  readonly cron?: string;
  /** `repeat.every`, in milliseconds. */
  readonly every?: number;
  /** `repeat.tz`. */
  readonly tz?: string;
  /** `repeat.limit`. */
  readonly limit?: number;
  /** `repeat.end_date`. */
  readonly end_date?: number;
}

export type JobNamespace = "actions" | "notifications" | "databases" | "functions" | "storage" | "events" | "features";

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
