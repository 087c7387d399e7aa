import { approvalExample, example } from "./example.ts";

/**
 * Schedules the demo's example, so that a system without any job has something to show. Resolves with the job's id, or with
 * undefined where the catalog no longer has the demo. The key makes a repetition the same job.
 */
export const scheduleFirstJob = (local: Api): Promise<string | undefined> => schedule(local, example, "first-start");

/** The same for a run that asks for a decision. */
export const scheduleFirstApproval = (local: Api): Promise<string | undefined> =>
  schedule(local, approvalExample, "first-approval");

interface Api {
  url: string;
  apiKey: string;
}

async function schedule({ url, apiKey }: Api, request: object, key: string): Promise<string | undefined> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    "content-type": "application/json",
    "idempotency-key": key,
  };
  const response = await fetch(`${url}/v1/jobs`, { method: "POST", headers, body: JSON.stringify(request) });
  const answer = (await response.json()) as { job_id?: string };
  return response.ok ? answer.job_id : undefined;
}
