import type { Registry } from "../../core/catalog/job-type.ts";
import { checkActions } from "./action/check-actions.ts";
import { appTarget } from "./action/target.ts";
import { databaseAccess } from "./database_action/access.ts";
import { databaseTarget } from "./database_action/target.ts";
import { withTarget } from "./define-job-type.ts";
import { definitions } from "./definitions.ts";
import { checkFeature } from "./feature/check-feature.ts";
import { featureTarget } from "./feature/target.ts";
import { functionAccess } from "./function/access.ts";
import { functionTarget } from "./function/target.ts";
import { notificationAccess } from "./notification/access.ts";
import { notificationTarget } from "./notification/target.ts";
import { brokerAccess } from "./publish/access.ts";
import { checkBroker, checkTopic } from "./publish/check-target.ts";
import { brokerTarget } from "./publish/target.ts";
import { storageAccess } from "./storage/access.ts";
import { storageTarget } from "./storage/target.ts";

/**
 * The job types with what checks a catalog and with what their targets need of AWS. The infrastructure, the local system, the
 * types of products and the tests iterate over it. No function imports it: a deployed catalog has been checked, and the schemas of
 * targets would make cold starts slower.
 */
export const registry = {
  action: withTarget(definitions.action, { target: appTarget, checkTarget: checkActions }),
  notification: withTarget(definitions.notification, { target: notificationTarget, access: notificationAccess }),
  database_action: withTarget(definitions.database_action, { target: databaseTarget, access: databaseAccess }),
  function: withTarget(definitions.function, { target: functionTarget, access: functionAccess }),
  storage: withTarget(definitions.storage, { target: storageTarget, access: storageAccess }),
  publish: withTarget(definitions.publish, {
    target: brokerTarget,
    checkTarget: checkBroker,
    checkEvent: checkTopic,
    access: brokerAccess,
  }),
  // It needs nothing of AWS itself: its steps are jobs of other types, whose consumers have the access.
  feature: withTarget(definitions.feature, { target: featureTarget, checkTarget: checkFeature }),
} as const satisfies Registry;
