import type { Job, JobInputView } from "../../../../sdk/src/index.ts";

/** An input or a result as far as it can be compared. */
export interface Part {
  /** Undefined: there is none. */
  value?: unknown;
  /** JSON pointers of the parts that are left out. */
  redacted: readonly string[];
  isTooLarge: boolean;
  /** Where all of it is, if it is too large and nothing in it is hidden. */
  url?: string;
}

const part = (value: unknown, redacted: readonly string[] = [], url?: string, bytes?: number): Part => ({
  ...(value !== undefined && { value }),
  redacted,
  isTooLarge: url !== undefined || bytes !== undefined,
  ...(url !== undefined && { url }),
});

export const resultPart = ({ result, redacted, result_url, result_bytes }: Job): Part =>
  part(result, redacted, result_url, result_bytes);

export const inputPart = ({ input, redacted, input_url, input_bytes }: JobInputView): Part =>
  part(input, redacted, input_url, input_bytes);
