import { NotFoundError } from "../../../sdk/src/errors.ts";
import type { JobInputView } from "../../../sdk/src/index.ts";
import { defineQuery } from "../api/define-query.ts";
import { request } from "../api/request.ts";

/** What a job was given. Null for an API without that route. */
export const inputOf = defineQuery(
  "input",
  (id: string): Promise<JobInputView | null> =>
    request<JobInputView>(`/v1/jobs/${encodeURIComponent(id)}/input`).catch((error: unknown) => {
      if (error instanceof NotFoundError && error.code === "ROUTE_NOT_FOUND") return null;
      throw error;
    }),
);
