import type { JobExplanation } from "ductape-sdk";
import { path } from "../api.ts";
import type { ApiOptions, Context } from "../context.ts";
import { clean, cleanLines, jsonText } from "../terminal/clean.ts";
import { type JobView, jobLines } from "./show-job.ts";

/** `jobs get` */
export async function getJob(context: Context, id: string, options: ApiOptions & { input?: boolean }): Promise<void> {
  const { api, say, print } = context;
  if (options.input) {
    const view = await api.request("GET", path`/v1/jobs/${id}/input`);
    print(view);
    return say(cleanLines(jsonText(view.input ?? view, 2)));
  }
  const job = await api.request<JobView>("GET", path`/v1/jobs/${id}`);
  print(job);
  say(jobLines(job, context));
}

/** `jobs why` */
export async function explainJob({ api, say, print }: Context, id: string, _: ApiOptions): Promise<void> {
  const explained = await api.request<JobExplanation>("GET", path`/v1/jobs/${id}/explain`);
  print(explained);
  say([`${explained.job_id}  ${explained.status}`, ...explained.says.map((text) => `  ${clean(text)}`)]);
}
