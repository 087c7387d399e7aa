import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "@jest/globals";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { routes as ofApi } from "../../../lambdas/api/routes.ts";
import { whileValid } from "../../../lambdas/api/while-valid.ts";
import { answer as authorizer } from "../../../lambdas/authorizer/answer.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { oidcIssuers } from "../../../lambdas/aws/sign-in/oidc-issuers.ts";
import { startDashboard } from "../../../lambdas/aws/start/start-dashboard.ts";
import { SignIn } from "../../../lambdas/core/access/sign-in.ts";
import { answer as page } from "../../../lambdas/dashboard/answer.ts";
import { routes as ofSignIn } from "../../../lambdas/sign-in/routes.ts";
import { dashboardFolder, signInPath, signOutPath } from "../../../lambdas/topology.ts";
import { toEvent } from "../../../local/gateway/event.ts";
import { makeGateway } from "../../../local/gateway/gateway.ts";
import { readBody, sendJson } from "../../../local/gateway/http.ts";
import { sendResult } from "../../../local/gateway/response.ts";
import { fakeApiKeys } from "../../support/fakes/api-keys.ts";
import { fakeAudit } from "../../support/fakes/audit.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { clientId, startIssuer, type TestIssuer } from "../../support/sign-in/issuer.ts";

const ada = { name: "Ada Example", email: "ada@example.com", email_verified: true, groups: ["ops"] };
const people = { ada, bob: { ...ada, email: "bob@example.com", groups: [] } };
const rules = [{ claims: { groups: "ops" }, role: "viewer" as const, products: ["*"], envs: ["*"] }];

/**
 * The page, the API and the function of sign-in behind the gateway of this machine, as a deployment with an issuer has them: there is no
 * local session, and a person signs in at a real issuer.
 */
export function wherePeopleSignIn() {
  const keys = fakeApiKeys();
  const clock = { now: Date.now };
  const log = fakeLog();
  let url = "";
  let issuer: TestIssuer;
  let listener: RequestListener = () => {};
  const server = createServer((request, response) => listener(request, response));

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    issuer = await startIssuer({ people, redirectUris: [`${url}/`] });
    const signIn = SignIn.parse([{ issuer: issuer.url, name: "Example", clientId, rules }]);
    const issuers = oidcIssuers({ secrets: { resolve: () => Promise.reject(new Error("no secret")) }, clock });
    const own = httpApi(
      () => ({ signIn, issuers, keys, audit: fakeAudit(), pageUrl: `${url}/`, clock, log }),
      ofSignIn,
    );
    const fakes = fakeServices({});
    // The issuer and the key are of now.
    const services = { ...fakes, clock: { ...fakes.clock, now: Date.now } };
    const api = httpApi(() => services, ofApi.map(whileValid));
    const files = startDashboard({
      DASHBOARD_FOLDER: fileURLToPath(new URL(`../../../${dashboardFolder.built}`, import.meta.url)),
    });
    const entries: Record<string, (event: APIGatewayProxyEventV2) => unknown> = {
      api: (event) => api(event, {} as Context),
      dashboard: (event) => page(event, files.read),
      authorizer: ({ headers }) =>
        authorizer({ keys, clock, log, deployedKey: async () => "x".repeat(40) }, headers.authorization),
    };
    const none: RequestListener = (_request, response) => sendJson(response, 404, { message: "Not Found" });
    const gateway = makeGateway({
      invoke: async (entry, event) => entries[entry]?.(event as APIGatewayProxyEventV2),
      ...{ outbox: none, clock: none, session: none },
    } as Parameters<typeof makeGateway>[0]);
    listener = async (request, response) => {
      const path = request.url?.split("?")[0];
      if (path !== signInPath && path !== signOutPath) return void gateway(request, response);
      const body = (await readBody(request, 100_000)) ?? Buffer.alloc(0);
      const event = toEvent(request, body, `${request.method} ${path}`);
      sendResult(response, await own(event, {} as Context), event.requestContext.requestId);
    };
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await issuer?.[Symbol.asyncDispose]();
  });
  return { url: () => url, issuer: () => issuer, keys };
}
