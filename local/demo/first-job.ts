import { example } from "./example.ts";

/**
 * Schedules the demo's example, so that a system without any job has something to show. Resolves with the job's id, or with
 * undefined where the catalog no longer has the demo. The key makes a repetition the same job.
 */
export async function scheduleFirstJob({ url, apiKey }: { url: string; apiKey: string }): Promise<string | undefined> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    "content-type": "application/json",
    "idempotency-key": "first-start",
  };
  const response = await fetch(`${url}/v1/jobs`, { method: "POST", headers, body: JSON.stringify(example) });
  const answer = (await response.json()) as { job_id?: string };
  return response.ok ? answer.job_id : undefined;
}
