/** How much of what is dear a deployment gives to the callers of its API: settings of it. */
export interface ApiLimits {
  /** Bytes of one file that is uploaded. */
  uploadBytes: number;
}

export const defaultLimits: ApiLimits = { uploadBytes: 1024 ** 3 };
