import { may, requireScope, type Scopes } from "../core/access/scopes.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { productOf } from "../core/requests/spellings/rewrite.ts";

/**
 * Throws FORBIDDEN unless the key may request the job. A request with a `task_token` lets our role complete any task of the
 * account, so it requires `jobs:admin`. Step Functions itself uses the intake, where IAM decides.
 */
export function requireJobScope(scopes: Scopes, body: unknown): void {
  const { env, task_token } = (body ?? {}) as Record<string, unknown>;
  const product = productOf(body);
  requireScope(scopes, "jobs:write", { product, env });
  if (task_token === undefined || may(scopes, "jobs:admin", { product, env })) return;
  throw new RequestError("FORBIDDEN", "A request with a task_token requires a key with jobs:admin.", {
    faults: [
      { pointer: "/task_token", detail: "requires a key with jobs:admin: use one, or send the request to the intake" },
    ],
  });
}
