import type { Context } from "aws-lambda";
import { routes } from "../../../lambdas/api/routes.ts";
import { whileValid } from "../../../lambdas/api/while-valid.ts";
import { answer } from "../../../lambdas/authorizer/answer.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { type ApiKey, newApiKey } from "../../../lambdas/core/access/api-key.ts";
import { noon } from "../../support/builders.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { httpEvent } from "../../support/http-event.ts";

const scopes = { products: ["shop"], envs: ["dev"], verbs: ["jobs:read" as const] };
const person = { issuer: "https://login.example.com", sub: "7", name: "Ada “Countess” Example" };
const fields = { name: "ada", scopes, created_at: noon, expires_at: noon + 1000, rate: 50, made_by: "sign-in", person };

/** Asks `GET /v1/me` with what the authorizer has answered to a key, as API Gateway passes it on. */
async function meBy(key: string, record: ApiKey | undefined, afterMs = 0) {
  const services = fakeServices();
  const { clock, log } = services;
  await clock.advance(afterMs);
  const keys = fakeApiKeys(...(record ? [record] : []));
  const answered = await answer({ keys, clock, log, deployedKey: async () => "k".repeat(40) }, `Bearer ${key}`);
  // API Gateway passes strings only.
  expect(Object.values(answered.context).every((value) => typeof value === "string")).toBe(true);
  if (!answered.isAuthorized) return undefined;
  const event = httpEvent({ path: "/v1/me" });
  Object.assign(event.requestContext, { authorizer: { lambda: answered.context } });
  const handler = httpApi(() => services, routes.map(whileValid));
  const { statusCode, body = "" } = (await handler(event, {} as Context)) as { statusCode?: number; body?: string };
  return { status: statusCode, body: JSON.parse(body) };
}

it("the deployment's own key has no verb of which version 0.3.0 knows nothing: that answers 500 then, after a roll back", async () => {
  const { clock, log } = fakeServices();
  const deployed = "k".repeat(40);
  const services = { keys: fakeApiKeys(), clock, log, deployedKey: async () => deployed };
  const { context } = await answer(services, `Bearer ${deployed}`);
  const { verbs } = JSON.parse(String((context as { scopes: string }).scopes));
  expect(verbs).toEqual(["jobs:read", "jobs:write", "jobs:input", "jobs:admin"]);
});

it("the API learns of a key what the authorizer knows", async () => {
  const { key, record } = newApiKey(fields);
  expect(await meBy(key, record)).toMatchObject({
    status: 200,
    body: { caller: record.id, name: "ada", role: "viewer", person, expires_at: noon + 1000, ...scopes },
  });
});

it("the API says that a key has expired, and one that is unknown does not reach it", async () => {
  const { key, record } = newApiKey(fields);
  expect(await meBy(key, record, 1000)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  expect(await meBy(key, undefined)).toBeUndefined();
  expect(await meBy(key, { ...record, revoked_at: noon })).toBeUndefined();
});
