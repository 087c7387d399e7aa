import type { JobSummary } from "../../../../sdk/src/index.ts";

/** Failures of one cause, as `GET /v1/errors` groups them. */
export interface FailureGroup {
  fingerprint: string;
  event: string;
  code: string;
  provider_code?: string;
  message: string;
  count: number;
  last_at: number;
  sample_job_id: string;
}

/** Groups jobs that failed by event, code and message, the most frequent first. */
export function groupsOf(jobs: readonly JobSummary[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { job_id, event, error, finished_at = 0 } of jobs) {
    if (!error) continue;
    const fingerprint = `${event} ${error.code} ${error.message}`;
    const known = groups.get(fingerprint);
    const { code, message, provider_code } = error;
    const isNewer = finished_at >= (known?.last_at ?? 0);
    groups.set(fingerprint, {
      ...{ fingerprint, event, code, message },
      ...(provider_code !== undefined && { provider_code }),
      count: (known?.count ?? 0) + 1,
      last_at: isNewer ? finished_at : (known?.last_at ?? 0),
      sample_job_id: isNewer ? job_id : (known?.sample_job_id ?? job_id),
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || b.last_at - a.last_at);
}
