/** Whether Step Functions still waited for the task; `closed` if it has ended, timed out or never existed. */
export type TaskAnswer = "taken" | "closed";

/**
 * Tasks of Step Functions that wait for a job, each identified by its token. Every method throws if the call fails: a
 * PermanentError if Step Functions will never accept it.
 */
export interface Tasks {
  /** `output` is JSON of at most 256 KiB. */
  succeed(token: string, output: string): Promise<TaskAnswer>;
  fail(token: string, error: string, cause: string): Promise<TaskAnswer>;
  /** Reports that the job has not ended yet. */
  heartbeat(token: string): Promise<TaskAnswer>;
}
