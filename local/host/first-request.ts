import type { Product } from "../../lambdas/core/catalog/job-type.ts";

/** A request that the banner shows. Without an input, the event's type has another in each case. */
export interface FirstRequest {
  product: string;
  env: string;
  event: string;
  input?: object;
}

interface Action {
  method: string;
  path: string;
}

/** The first action of a catalog with an input for it, or else the first event; undefined for a catalog without events. */
export function firstRequest(products: readonly Product[]): FirstRequest | undefined {
  const all = products.flatMap((product) =>
    Object.entries(product.jobs).map(([event, job]) => ({
      request: { product: product.tag, env: product.envs[0] ?? "", event },
      action: actionOf(product, job as { app?: string; action?: string }),
    })),
  );
  const found = all.find(({ action }) => action !== undefined) ?? all[0];
  if (found === undefined) return undefined;
  return { ...found.request, ...(found.action && { input: inputOf(found.action) }) };
}

function actionOf(product: Product, { app = "", action = "" }: { app?: string; action?: string }): Action | undefined {
  const { apps = {} } = product as { apps?: Record<string, { actions?: Record<string, Action> }> };
  return apps[app]?.actions?.[action];
}

/** A parameter of a path, as actions have them. */
const parameter = /(?<![A-Za-z0-9_]):([A-Za-z_][A-Za-z0-9_]*)/g;

/** With any text for each parameter of the path. */
function inputOf({ method, path }: Action): object {
  const names = [...path.matchAll(parameter)].map(([, name = ""]) => name);
  return {
    ...(names.length > 0 && { params: Object.fromEntries(names.map((name) => [name, "1"])) }),
    ...(method !== "GET" && { body: {} }),
  };
}
