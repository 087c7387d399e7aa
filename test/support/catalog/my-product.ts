import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { action } from "./action.ts";
import { databaseAction } from "./database-action.ts";
import { feature } from "./feature.ts";
import { functionCall } from "./function.ts";
import { hooks } from "./hooks.ts";
import { limits } from "./limits.ts";
import { notification } from "./notification.ts";
import { publish } from "./publish.ts";
import { storage } from "./storage.ts";
import { webhooks } from "./webhooks.ts";

/**
 * The product of the tests, with an event of every type. Its references have the names of the demo's, so that a local system
 * points them at its outbox.
 */
export const myProduct = defineProduct({
  tag: "my-product",
  name: "My Product",
  envs: ["dev", "prd"],
  ...action,
  ...notification,
  ...databaseAction,
  ...functionCall,
  ...storage,
  ...publish,
  ...feature,
  ...webhooks,
  ...limits,
  ...hooks,
  jobs: {
    ...action.jobs,
    ...notification.jobs,
    ...databaseAction.jobs,
    ...functionCall.jobs,
    ...storage.jobs,
    ...publish.jobs,
    ...feature.jobs,
    ...limits.jobs,
  },
});
