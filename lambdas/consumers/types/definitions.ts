import type { JobTypeDefinition } from "../../core/catalog/job-type.ts";
import type { JobType } from "../../core/job/job.ts";
import { action } from "./action/definition.ts";
import { databaseAction } from "./database_action/definition.ts";
import { feature } from "./feature/definition.ts";
import { cloudFunction } from "./function/definition.ts";
import { notification } from "./notification/definition.ts";
import { publish } from "./publish/definition.ts";
import { storage } from "./storage/definition.ts";

/** The job types as deployed functions need them: for requests and jobs, without what checks the catalog. */
export const definitions = {
  action,
  notification,
  database_action: databaseAction,
  function: cloudFunction,
  storage,
  publish,
  feature,
} as const satisfies { [T in JobType]: JobTypeDefinition & { type: T } };
