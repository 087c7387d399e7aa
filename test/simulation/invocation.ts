/** What one invocation of a Lambda is for. */
export type Purpose =
  | "api"
  | "change"
  | "retry"
  | "delete"
  | "consumer"
  | "decider"
  | "pump"
  | "reconciler"
  | "relay"
  | "lifecycle";

/** One invocation of a Lambda: its clock, whether it has died, and what it has done. */
export interface Invocation {
  what: string;
  purpose: Purpose;
  /** The milliseconds by which its clock is off. */
  skew: number;
  /** True time, epoch milliseconds. */
  began: number;
  dead: boolean;
  /** The number of port calls that it has made. */
  calls: number;
  /** The number of items it tried to write that AWS permanently refuses. */
  refusedForGood: number;
  /** The id of the job whose message it consumes. */
  job_id?: string;
  /** Its claim on that job. */
  claim_id?: string;
  /** Whether it has received the answer to its claim. */
  hasAnswer?: boolean;
  /** Whether it has begun to execute the job. */
  hasStarted?: boolean;
  /** Whether a call of the store failed while it wrote its outcome. */
  hasFailed?: boolean;
  /** Its decision is out of time. It may still be running, but must not call a port. */
  isOver?: boolean;
  /** Its Lambda is suspended until this resolves. */
  frozen?: Promise<void>;
  /** Whether it has begun to write its outcome. */
  isWriting?: boolean;
  /** The jobs that it runs after that of its message, since they got its slots: each as an invocation of its own. */
  chained?: Map<string, Invocation>;
}

/** What an invocation does for a job: one that frees slots goes on with those who get them. */
export const doingFor = (by: Invocation, job: string | undefined): Invocation =>
  (job === undefined ? undefined : by.chained?.get(job)) ?? by;

/** The same for a job that the invocation begins with. */
function beginsWith(by: Invocation, job: string): Invocation {
  if (by.purpose !== "consumer" || by.job_id === job) return by;
  by.chained ??= new Map();
  const known = by.chained.get(job);
  if (known) return known;
  const own: Invocation = Object.assign(Object.create(by), { job_id: job, ...fresh });
  by.chained.set(job, own);
  return own;
}

const fresh = {
  claim_id: undefined,
  hasAnswer: undefined,
  hasStarted: undefined,
  hasFailed: undefined,
  isWriting: undefined,
};

/** Notes a claim. One that frees slots may go on with a later attempt of a job that it has begun before: nothing of that has started. */
export function claims(by: Invocation, job: string, claim: string): void {
  const own = beginsWith(by, job);
  if (own.claim_id !== claim) Object.assign(own, { ...fresh, claim_id: claim });
}
