/** A request for a job that starts now, as curl and with the SDK. */
export function firstJobAsCode(
  product_tag: string,
  env: string,
  event: string,
  url: string,
): Record<"curl" | "SDK", string> {
  const job = { product_tag, env, event, input: {}, start_at: 0 };
  return {
    curl: `curl ${url}/v1/jobs \\
  -H "Authorization: Bearer $DUCTAPE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(job)}'`,
    SDK: `import { ductape } from "ductape-sdk";

const { job_id } = await ductape.processor.job.schedule(${JSON.stringify(job, null, 2)});`,
  };
}
