import { type App, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { registry } from "../lambdas/consumers/types/registry.ts";
import { checkedCatalog } from "./settings/catalog-check.ts";
import { readConfig } from "./settings/config.ts";
import { ServiceStack } from "./stacks/service-stack.ts";
import { StateStack } from "./stacks/state-stack.ts";

/** Adds both stacks and their checks to an app. Throws a SetupError if a setting or the catalog is not valid. */
export function addJobs(app: App, catalog: readonly unknown[]): { state: StateStack; service: ServiceStack } {
  const config = readConfig(app.node);
  const products = checkedCatalog(catalog, registry);
  const name = `ductape-jobs-${config.stage}`;
  const state = new StateStack(app, "State", { config, stackName: `${name}-state` });
  const service = new ServiceStack(app, "Service", { config, state, products, stackName: `${name}-service` });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { state, service };
}
