/** What one invocation of a Lambda is for. */
export type Purpose = "api" | "change" | "retry" | "delete" | "consumer" | "decider" | "reconciler" | "lifecycle";

/** One Lambda invocation: its clock, whether it has died, and what it has done. */
export interface Invocation {
  what: string;
  purpose: Purpose;
  /** Milliseconds that its clock is off. */
  skew: number;
  /** True time, epoch milliseconds. */
  began: number;
  dead: boolean;
  /** Calls of ports. */
  calls: number;
  /** Items that it wrote in vain, since AWS will never take them. */
  refusedForGood: number;
  /** The job whose message it consumes. */
  job_id?: string;
  /** The claim that it has made on that job. */
  claim_id?: string;
  /** Whether it knows of its claim. */
  hasAnswer?: boolean;
  /** Whether it has begun to execute the job. */
  hasStarted?: boolean;
  /** Whether a call of the store has failed while it wrote. */
  hasFailed?: boolean;
  /** Its decision is out of time: it may be at work still, and is to call nobody any more. */
  isOver?: boolean;
  /** Its Lambda stands still until this resolves. */
  frozen?: Promise<void>;
  /** Whether it has begun to keep or write what came of it. */
  isWriting?: boolean;
}
