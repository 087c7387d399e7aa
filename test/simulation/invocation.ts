/** What one invocation of a Lambda is for. */
export type Purpose = "api" | "change" | "retry" | "delete" | "consumer" | "decider" | "reconciler" | "lifecycle";

/** One invocation of a Lambda: its clock, whether it has died, and what it has done. */
export interface Invocation {
  what: string;
  purpose: Purpose;
  /** Milliseconds that its clock is off. */
  skew: number;
  /** True time, epoch milliseconds. */
  began: number;
  dead: boolean;
  /** How many calls of ports it has made. */
  calls: number;
  /** How many items it tried to write that AWS will never take. */
  refusedForGood: number;
  /** The id of the job whose message it consumes. */
  job_id?: string;
  /** The claim that it has made on that job. */
  claim_id?: string;
  /** Whether it has the answer to its claim. */
  hasAnswer?: boolean;
  /** Whether it has begun to execute the job. */
  hasStarted?: boolean;
  /** Whether a call of the store has failed while it wrote its outcome. */
  hasFailed?: boolean;
  /** Its decision is out of time. It may still be at work, but must not call any port. */
  isOver?: boolean;
  /** Its Lambda stands still until this resolves. */
  frozen?: Promise<void>;
  /** Whether it has begun to write its outcome. */
  isWriting?: boolean;
}
