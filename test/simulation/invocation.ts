/** What one invocation of a Lambda is for. */
export type Purpose = "api" | "change" | "retry" | "delete" | "consumer" | "decider" | "pump" | "reconciler" | "lifecycle";

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
}
