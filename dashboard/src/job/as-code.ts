import type { ActionId } from "./actions.ts";

const sdkCalls: Record<ActionId, string> = {
  "run-now": "runNow",
  retry: "retry",
  pause: "pause",
  resume: "resume",
  "skip-next": "skipNext",
  cancel: "cancel",
  delete: "delete",
};

const key = `-H "Authorization: Bearer $DUCTAPE_API_KEY"`;

/** An action on one job as curl and as a call of the SDK. The key is a variable, never its value. */
export function actionAsCode(
  id: ActionId,
  jobId: string,
  url: string,
  cancelling: { reason?: string; force?: boolean } = {},
): Record<"curl" | "SDK", string> {
  const body = id === "cancel" && Object.keys(cancelling).length > 0 ? cancelling : undefined;
  const [method, path] = id === "delete" ? ["DELETE", ""] : ["POST", `/${id}`];
  const data = body ? ` \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))}` : "";
  const options = body ? `, ${JSON.stringify(body)}` : "";
  return {
    curl: `curl -X ${method} ${url}/v1/jobs/${jobId}${path} \\\n  ${key}${data}`,
    SDK: `await ductape.jobs.${sdkCalls[id]}(${JSON.stringify(jobId)}${options});`,
  };
}

/** How to read a job. */
export const jobAsCode = (jobId: string, url: string): Record<"curl" | "SDK", string> => ({
  curl: `curl ${url}/v1/jobs/${jobId} \\\n  ${key}`,
  SDK: `import { ductape } from "ductape-sdk";\n\nconst job = await ductape.jobs.get(${JSON.stringify(jobId)});`,
});

/** In single quotes for a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Another time or series of a job. */
export const rescheduleAsCode = (jobId: string, to: object, url: string): Record<"curl" | "SDK", string> => ({
  curl: `curl -X POST ${url}/v1/jobs/${jobId}/reschedule \\\n  ${key} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(to))}`,
  SDK: `await ductape.jobs.reschedule(${JSON.stringify(jobId)}, ${JSON.stringify(to)});`,
});
