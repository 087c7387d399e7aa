import { type App, Stack, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { registry } from "../lambdas/consumers/types/registry.ts";
import { JobsService } from "./constructs/jobs-service.ts";
import { JobsState } from "./constructs/jobs-state.ts";
import { checkedCatalog } from "./settings/catalog-check.ts";
import { readConfig } from "./settings/config.ts";

/**
 * Adds both stacks and their checks to an app. Throws a SetupError if a setting or the catalog is not valid.
 *
 * Constructs with the id "Default" leave no trace in logical ids: a deployment from before there were such constructs keeps its
 * resources.
 */
export function addJobs(
  app: App,
  catalog: readonly unknown[],
): {
  state: Stack;
  service: Stack;
  kept: JobsState;
  working: JobsService;
} {
  const config = readConfig(app.node);
  const products = checkedCatalog(catalog, registry);
  const name = `ductape-jobs-${config.stage}`;
  const state = new Stack(app, "State", { stackName: `${name}-state` });
  const service = new Stack(app, "Service", { stackName: `${name}-service` });
  const kept = new JobsState(state, "Default", { config, separate: true });
  const working = new JobsService(service, "Default", { config, state: kept, products });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { state, service, kept, working };
}
