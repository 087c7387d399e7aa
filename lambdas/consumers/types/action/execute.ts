import { sendCall } from "../../clients/http/call.ts";
import { mayComeTwice } from "../../clients/http/exchange.ts";
import { readBody } from "../../clients/http/read-body.ts";
import { type ShownAnswer, shownAnswer, type UsedCredentials } from "../../clients/http/shown-answer.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { declared, settingsOfEnv } from "../settings-of-env.ts";
import { appCredentialsOf, withCredentials } from "./credentials.ts";
import { evaluatedDefaults } from "./defaults.ts";
import { action as definition } from "./definition.ts";

/** The result of an action: the app's response. */
export type ActionResult = ShownAnswer;

/** Calls the action of an app; its response is the result. */
export const execute = defineExecutor(definition, async (execution): Promise<ActionResult> => {
  const { app, action } = appTargetOf(execution);
  const used: UsedCredentials = new Set();
  const credentials = appCredentialsOf(execution.secrets, execution.event.app, app.credentials, used);
  const response = await sendCall(execution, {
    method: action.method,
    base: app.base_url,
    baseName: `The base URL of app ${execution.event.app} in env ${execution.job.env}`,
    path: action.path,
    auth: app.auth,
    hasCredentials: app.credentials !== undefined,
    bodyType: action.body_type,
    defaults: await evaluatedDefaults(execution, action.defaults, credentials),
    input: await withCredentials(execution.input, execution.job.credentials, credentials),
    used,
  });
  const read = await readBody(response, execution.signal, {
    room: execution.room,
    keepsPart: !mayComeTwice(action.method),
  });
  return shownAnswer(response, read, used);
});

const appTargetOf = ({ target, event, job }: ExecutionOf<typeof definition>) => ({
  app: settingsOfEnv(target.envs, job, `App ${event.app}`),
  action: declared(target.actions, event.action, `App ${event.app} no longer has action ${event.action}.`),
});
