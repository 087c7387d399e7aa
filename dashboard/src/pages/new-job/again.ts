import type { Job } from "../../../../sdk/src/answers.ts";
import { draftOf, requestOf } from "./draft.ts";
import { tryParse } from "./exact.ts";

interface Again {
  request: Record<string, unknown>;
  /** What the job no longer says of its request, a sentence each. */
  missing: string[];
}

/**
 * The request that made a job, made again now, as the form of a new job would send it. `input` is JSON, or undefined where it is not
 * known: it is left out then, and nothing stands in its place.
 */
export function requestAgain(job: Job, input: string | undefined, zone: string, now: number): Again {
  const { product_tag, env, event } = job;
  const draft = draftOf(job, input ?? "", zone, now);
  const { session, unique, ...request } = requestOf(
    { product_tag, env, event },
    draft,
    input === undefined ? undefined : tryParse(input)?.value,
  );
  const isHashed = job.unique !== undefined && job.unique.key !== "" && draft.shareKey === "";
  return {
    request: { ...request, ...(unique !== undefined && !isHashed && { unique }) },
    missing: [
      ...(session === undefined
        ? []
        : [`It ran in the session ${draft.sessionTag}, whose token is not kept: add a session with a new one.`]),
      ...(isHashed ? ["Only the hash of its unique key is kept: add unique with the key."] : []),
      ...(job.debounce ? ["It was debounced, for how long is not kept: add debounce if this one is to be."] : []),
    ],
  };
}
