/** The bucket of the audit's record: objects that are put once and neither changed nor removed. */
export interface RecordFiles {
  /** Puts an object, unless there is one of that name: then nothing is put, and it returns `exists`. */
  put(name: string, text: string): Promise<"put" | "exists">;
  /** Undefined if there is none. */
  get(name: string): Promise<string | undefined>;
  /** The names of a folder from one on, in their order, before another if that is given. */
  names(folder: string, range: { from: string; to?: string }): AsyncIterable<string>;
}

/** Signs with the key of the deployment, which never leaves AWS. Returns base64: ECDSA over P-256 with SHA-256, in DER. */
export type Signer = (text: string) => Promise<string>;
