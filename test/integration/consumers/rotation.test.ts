import { awsSecrets } from "../../../lambdas/aws/secrets/secrets.ts";
import { withCurrentSecrets } from "../../../lambdas/consumers/engine/around/secrets.ts";
import { execute as action } from "../../../lambdas/consumers/types/action/execute.ts";
import { execute as notification } from "../../../lambdas/consumers/types/notification/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { AttemptServices, ExecuteWithServices, Execution } from "../../../lambdas/core/operations/execution.ts";
import { anExecution } from "../../support/executors/execution.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { mailServer } from "../../support/executors/mail-server.ts";
import { smtp } from "../../support/executors/notifying.ts";
import { fakeClock } from "../../support/fakes/clock.ts";

/** A warm consumer that has cached the credential `old`, which was rotated since. */
async function afterRotation(old: string, current: string) {
  let value = old;
  const secrets = awsSecrets({
    readSecret: async () => value,
    readParameter: async () => undefined,
    clock: fakeClock(),
  });
  await secrets.resolve(secret("credential"));
  value = current;
  const run = (execute: ExecuteWithServices, job: Partial<Execution>) =>
    withCurrentSecrets(execute)(anExecution({ ...job, secrets } as never), {} as AttemptServices);
  return { run };
}

test.each<[string, object]>([
  ["bearer token", { type: "bearer", token: secret("credential") }],
  ["password", { type: "basic", username: "me", password: secret("credential") }],
  ["API key in the query", { type: "api_key", in: "query", name: "key", key: secret("credential") }],
])("an action whose %s was rotated is called with the new one", async (_, auth) => {
  const basic = `Basic ${Buffer.from("me:new").toString("base64")}`;
  await using server = await httpServer(({ headers, url }, response) => {
    const isNew = headers.authorization === "Bearer new" || headers.authorization === basic || url.endsWith("key=new");
    json(response, isNew ? 200 : 401, {});
  });
  const { run } = await afterRotation("old", "new");
  const target = { envs: { dev: { base_url: server.url, auth } }, actions: { do: { method: "POST", path: "/" } } };
  const event = { type: "action", app: "shop", action: "do" } as never;
  expect(await run(action, { target, event })).toMatchObject({ status: 200 });
  expect(server.seen).toHaveLength(2);
});

test("an OAuth2 client whose secret was rotated gets its token with the new one", async () => {
  await using server = await httpServer(({ url, body }, response) => {
    if (url !== "/token") return json(response, 200, {});
    const isNew = new URLSearchParams(body).get("client_secret") === "new";
    return json(response, isNew ? 200 : 401, isNew ? { access_token: "t" } : {});
  });
  const { run } = await afterRotation("old", "new");
  const client = { client_id: "me", client_secret: secret("credential") };
  const auth = { type: "oauth2", token_url: `${server.url}/token`, ...client };
  const target = { envs: { dev: { base_url: server.url, auth } }, actions: { do: { method: "POST", path: "/" } } };
  const event = { type: "action", app: "shop", action: "do" } as never;
  expect(await run(action, { target, event })).toMatchObject({ status: 200 });
});

test("an e-mail whose server has a new password is sent", async () => {
  await using server = await mailServer();
  const { run } = await afterRotation(server.url.replace("pass", "past"), server.url);
  const email = { to: ["a@b.example"], subject: { en: "Hello" }, template: { en: "Hello" } };
  const settings = { email: { ...smtp.email, url: secret("credential") } };
  const target = { envs: { dev: settings }, messages: { plain: {} } };
  const event = { type: "notification", notification: "customers" } as never;
  await run(notification, { target, event, input: { slug: "plain", email } });
  expect(server.mails).toHaveLength(1);
});
