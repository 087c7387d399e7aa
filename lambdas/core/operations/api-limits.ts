/**
 * The longest a caller may ask to wait for a job: API Gateway ends a request after 30 s, and the function after 29. How long
 * a deployment holds an answer back at most is a setting of it.
 */
export const longestWaitSeconds = 25;

/** For so long a caller that may wait is waited for, before it is asked again whether it may. */
export const grantMs = 5000;

/** How much of what is dear a deployment gives to the callers of its API: settings of it. */
export interface ApiLimits {
  /** Bytes of one file that is uploaded. */
  uploadBytes: number;
  /** Seconds that an answer is held back for a job, at most `longestWaitSeconds`. */
  waitSeconds: number;
  /** Requests of one key that wait for jobs at a time, about; 0 for any number. */
  waitsPerKey: number;
}

export const defaultLimits: ApiLimits = { uploadBytes: 1024 ** 3, waitSeconds: longestWaitSeconds, waitsPerKey: 200 };
