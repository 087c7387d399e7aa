import { own } from "../../../core/catalog/catalog.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { send } from "../../clients/http/call.ts";
import { shownHeaders } from "../../clients/http/headers.ts";
import { hidden, hideBytes, hiding } from "../../clients/http/hide.ts";
import { bodyOf, type DecodedBody, maxResponseBytes, type ReadBody, readBody } from "../../clients/http/read-body.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { usedCredentials, withCredentials } from "./credentials.ts";
import { evaluatedDefaults } from "./defaults.ts";
import { action as definition } from "./definition.ts";

/** The result of an action. `headers` are without cookies and credentials. */
export interface ActionResult extends DecodedBody {
  status: number;
  headers: Record<string, string>;
}

/** Calls the action of an app; its response is the result. */
export const execute = defineExecutor(definition, async (execution): Promise<ActionResult> => {
  const { app, action } = targetOf(execution);
  const credentials = usedCredentials(execution.secrets, execution.event.app, app.credentials);
  const response = await send(execution, {
    method: action.method,
    base: app.base_url,
    baseName: `The base URL of app ${execution.event.app} in env ${execution.job.env}`,
    path: action.path,
    auth: app.auth,
    hasCredentials: app.credentials !== undefined,
    bodyType: action.body_type,
    defaults: await evaluatedDefaults(execution, action.defaults, credentials),
    input: await withCredentials(execution.input, execution.job.credentials, credentials),
  });
  const read = await readBody(response, execution.signal, maxResponseBytes, execution.room);
  return resultOf(response, read, credentials.values());
});

/** A response as it is stored and shown. Credentials that were sent are hidden where the provider repeats them. */
function resultOf(response: Response, { bytes, isBroken }: ReadBody, values: readonly string[]): ActionResult {
  const shown = (body: Buffer): ActionResult => ({
    status: response.status,
    headers: shownHeaders(response.headers),
    ...bodyOf({ bytes: body, isBroken }, response.headers.get("content-type")),
  });
  const hide = hiding(values);
  return hide ? (hidden(shown(hideBytes(bytes, values)), hide) as ActionResult) : shown(bytes);
}

/** A deployment may have dropped the env or the action that a stored job names. */
function targetOf({ target, event, job }: ExecutionOf<typeof definition>) {
  const app = own(target.envs, job.env);
  const action = own(target.actions, event.action);
  if (!app) throw new JobError("CONFIGURATION_ERROR", `App ${event.app} has no settings for env ${job.env}.`);
  if (!action) throw new JobError("CONFIGURATION_ERROR", `App ${event.app} no longer has action ${event.action}.`);
  return { app, action };
}
