import { styleText } from "node:util";

/** What a consumer logs at the end of an attempt, as far as it is shown here. */
interface AttemptEnded {
  message: "attempt ended";
  timestamp: string;
  job_id: string;
  product: string;
  env: string;
  event: string;
  attempt: number;
  /** Of the job afterwards. A series or a retry goes on, so `outcomes` below says how the attempt itself ended. */
  status: string;
  code?: string;
  /** Milliseconds. Absent where a run waited for the one before it, as its caller asked. */
  lateness_ms?: number;
  duration_ms: number;
}

/** The measures that count how an attempt ended, with the words for it and their colour. */
const outcomes = [
  ["completed", "completed", "green"],
  ["retried", "failed, will be retried", "yellow"],
  ["failed", "failed", "red"],
  ["cancelled", "cancelled", "yellow"],
] as const;

/** The attempt that a log line reports; undefined for any other line. */
export function attemptIn(line: string): AttemptEnded | undefined {
  if (!line.includes('"attempt ended"')) return undefined;
  try {
    const fields = JSON.parse(line) as AttemptEnded;
    return fields.message === "attempt ended" ? fields : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One line for people: when, what, how it ended, how late it started, how long it took, the error, and the job to look up. In
 * colour where the terminal shows colours and `NO_COLOR` is not set.
 */
export function attemptText(ended: AttemptEnded): string {
  const { timestamp, product, env, event, attempt, code, lateness_ms: late, duration_ms: took, job_id } = ended;
  const [, word, colour] = outcomes.find(([measure]) => measure in ended) ?? ["", ended.status, "reset"];
  return [
    timestamp.slice(11, 23),
    `${product}/${env} ${event}`,
    styleText(colour, code === undefined ? word : `${word}: ${code}`),
    ...(late === undefined ? [] : [`${duration(late)} late`]),
    `took ${duration(took)}`,
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    job_id,
  ].join("  ");
}

const duration = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
