import { JobError } from "../../../core/job/job-error.ts";
import type { Execute, Execution } from "../../../core/operations/execution.ts";
import { send } from "../../clients/http/call.ts";
import { shownHeaders } from "../../clients/http/headers.ts";
import { type DecodedBody, decodeBody, maxResponseBytes, readBytes } from "../../clients/http/read-body.ts";
import type { ActionInput } from "./input.ts";
import type { AppTarget } from "./target.ts";

/** What an action results in; `headers` without cookies and credentials. */
export interface ActionResult extends DecodedBody {
  status: number;
  headers: Record<string, string>;
}

/** Calls the action of an app; its response is the result. */
export const execute = (async (execution: Execution): Promise<ActionResult> => {
  const { app, action } = targetOf(execution);
  const response = await send(execution, {
    method: action.method,
    base: app.base_url,
    baseName: `The base URL of app ${execution.event.app} in env ${execution.job.env}`,
    path: action.path,
    auth: app.auth,
    bodyType: action.body_type,
    defaults: action.defaults,
    input: execution.input as ActionInput,
  });
  const bytes = await readBytes(response, execution.signal, maxResponseBytes, execution.room);
  return {
    status: response.status,
    headers: shownHeaders(response.headers),
    ...decodeBody(bytes, response.headers.get("content-type")),
  };
}) satisfies Execute;

/** A deployment may have dropped the env or the action that a stored job names. */
function targetOf({ target, event, job }: Execution) {
  const { envs, actions } = target as AppTarget;
  const app = Object.hasOwn(envs, job.env) ? envs[job.env] : undefined;
  const name = String(event.action);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!app) throw new JobError("CONFIGURATION_ERROR", `App ${event.app} says nothing about env ${job.env}.`);
  if (!action) throw new JobError("CONFIGURATION_ERROR", `App ${event.app} no longer has action ${name}.`);
  return { app, action };
}
