export {
  DuctapeJobs,
  type DuctapeJobsProps,
  type JobEventRuleProps,
} from "../../../infra/ductape-jobs.ts";
export type { AppResources, JobsSettings, PerType } from "../../../infra/settings/props.ts";
