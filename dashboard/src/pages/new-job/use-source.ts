import type { Job } from "../../../../sdk/src/answers.ts";
import { NotFoundError, PermissionError } from "../../../../sdk/src/errors.ts";
import { ductape } from "../../api/client.ts";
import { defineQuery } from "../../api/define-query.ts";
import { request } from "../../api/request.ts";
import { usePoll } from "../../api/use-poll.ts";
import { written } from "./exact.ts";

export interface Source {
  job: Job;
  /** JSON, or undefined where the key may not see it or it is too large. */
  input: string | undefined;
  /** What is missing in it, for the person to fill in. */
  note: string | undefined;
}

interface InputAnswer {
  input?: unknown;
  redacted?: string[];
  input_url?: string;
  input_bytes?: number;
}

/** The job that is to be scheduled again with changes. */
export function useSource(id: string): { source: Source | undefined; error: unknown } {
  const { data, error } = usePoll(id === "" ? undefined : sourceOf(id), { once: true });
  return { source: data, error };
}

const sourceOf = defineQuery("source", async (id: string): Promise<Source> => {
  const [job, answer] = await Promise.all([ductape().jobs.get(id), inputOf(id)]);
  const { input, redacted = [], input_url, input_bytes } = answer ?? {};
  if (!answer) return { job, input: undefined, note: "This key may not see the input of a job: fill it in anew." };
  if (input_url !== undefined || input_bytes !== undefined)
    return { job, input: undefined, note: "The input is too large to be shown here: fill it in anew." };
  const note = redacted.length > 0 ? `Fill in what is not shown: ${redacted.join(", ")}.` : undefined;
  return { job, input: written(input), note };
});

/** Undefined for a key without the scope, and for an API of an earlier version. */
const inputOf = (id: string): Promise<InputAnswer | undefined> =>
  request<InputAnswer>(`/v1/jobs/${id}/input?as=request`).catch((error: unknown) => {
    if (error instanceof PermissionError || error instanceof NotFoundError) return undefined;
    throw error;
  });
