export type { CodeOptions } from "../../../infra/constructs/functions/code-function.ts";
export {
  DuctapeJobs,
  type DuctapeJobsProps,
  type JobEventRuleProps,
} from "../../../infra/ductape-jobs.ts";
export type { JobsSettings, PerType } from "../../../infra/settings/jobs-settings.ts";
export type { AppResources } from "../../../infra/settings/props.ts";
