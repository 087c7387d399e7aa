import type { Registry } from "../../core/catalog/job-type.ts";
import { appTarget } from "./action/target.ts";
import { databaseTarget } from "./database_action/target.ts";
import { definitions } from "./definitions.ts";
import { checkFeature } from "./feature/check-feature.ts";
import { type FeatureTarget, featureTarget } from "./feature/target.ts";
import { functionTarget } from "./function/target.ts";
import { notificationTarget } from "./notification/target.ts";
import { storageTarget } from "./storage/target.ts";

const { action, notification, database_action, function: cloudFunction, storage, feature } = definitions;

/**
 * The job types with what checks a catalog. The infrastructure, the SDK's types, the docs and the conformance tests loop over
 * it. No function imports it: a deployed catalog has been checked, and the schemas of targets would be made at every cold start.
 */
export const registry = {
  action: { ...action, target: appTarget },
  notification: { ...notification, target: notificationTarget },
  database_action: { ...database_action, target: databaseTarget },
  function: { ...cloudFunction, target: functionTarget },
  storage: { ...storage, target: storageTarget },
  feature: {
    ...feature,
    target: featureTarget,
    checkTarget: (target, ...more) => checkFeature(target as FeatureTarget, ...more),
  },
} as const satisfies Registry;
