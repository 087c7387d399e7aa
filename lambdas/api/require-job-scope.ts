import { may, requireScope, type Scopes } from "../core/access/scopes.ts";
import { RequestError } from "../core/requests/request-error.ts";

/**
 * Throws FORBIDDEN unless the key may make the request for a job. One with a `task_token` makes our role answer whichever
 * task of the account the token names, so that it takes a key with `jobs:admin`; Step Functions itself asks through the
 * intake, where IAM decides.
 */
export function requireJobScope(scopes: Scopes, body: unknown): void {
  const { product_tag: product, env, task_token } = (body ?? {}) as Record<string, unknown>;
  requireScope(scopes, "jobs:write", { product, env });
  if (task_token === undefined || may(scopes, "jobs:admin", { product, env })) return;
  throw new RequestError("FORBIDDEN", "A request with a task_token needs a key with jobs:admin.", {
    faults: [{ pointer: "/task_token", detail: "needs a key with jobs:admin; or send the request to the intake" }],
  });
}
