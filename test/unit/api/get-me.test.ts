import { readFileSync } from "node:fs";
import { routes } from "../../../lambdas/api/routes.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { ApiEnv, deploymentOf } from "../../../lambdas/aws/start/env.ts";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { version } from "../../../lambdas/core/kernel/version.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";
import { httpEvent } from "../../support/http-event.ts";

const me = "/v1/me";

const ofTypes = (value: (type: JobType) => unknown) =>
  JSON.stringify(Object.fromEntries(jobTypes.map((type) => [type, value(type)])));

/** The environment of a deployed API. */
const environment = {
  TABLE_NAME: "jobs",
  BUCKET_NAME: "blobs",
  QUEUES: ofTypes((type) => ({ url: `https://sqs.example.com/${type}`, arn: `arn:${type}` })),
  PUMP_QUEUE_URL: "https://sqs.example.com/pump",
  IMPORT_QUEUE_URL: "https://sqs.example.com/imports",
  SCHEDULE_GROUP: "group",
  SCHEDULE_ROLES: ofTypes((type) => `arn:role/${type}`),
  SCHEDULE_DLQ_ARN: "arn:aws:sqs:eu-central-1:123456789012:dlq",
};
const deployedAs = {
  region: "eu-central-1",
  account: "123456789012",
  log_groups: JSON.parse(ofTypes((type) => `team-JobsConsumer${type.replaceAll("_", "")}Logs1A-${type}`)),
};
/** As the infrastructure writes them: what they begin with stands once. */
const LOG_GROUPS = ["team-JobsConsumer~Logs", ...jobTypes.map((type) => `1A-${type}`)].join(" ");

test("a key learns its id, its name and its scopes", async () => {
  const scopes = { products: ["shop"], envs: ["*"], verbs: ["jobs:read" as const] };
  const { body } = await fakeApi().ask({ path: me, scopes, keyId: "0123456789abcdef", keyName: "ci" });
  expect(body).toEqual({ caller: "0123456789abcdef", name: "ci", role: "viewer", ...scopes, version });
});

test("GET /v1/me shows what jobs:admin implies, and no name for the deployed key", async () => {
  const { body } = await fakeApi().ask({ path: me, scopes: { products: ["*"], envs: ["*"], verbs: ["jobs:admin"] } });
  expect(body).toEqual({
    caller: "deployed",
    role: "admin",
    verbs: ["jobs:read", "jobs:write", "jobs:input", "jobs:admin", "audit:read"],
    products: ["*"],
    envs: ["*"],
    version,
  });
});

test("a person learns who has signed in, and until when", async () => {
  const person = { issuer: "https://id.example.com", sub: "7", email: "ada@example.com" };
  const { body } = await fakeApi().ask({ path: me, keyName: "ada@example.com", person, expiresAt: noon + 1000 });
  expect(body).toMatchObject({ name: "ada@example.com", person, expires_at: noon + 1000 });
});

test("a key without any access learns from GET /v1/me that it has none", async () => {
  const { status, body } = await fakeApi().ask({ path: me, scopes: { products: [], envs: [], verbs: [] } });
  expect([status, body.verbs, body.products]).toEqual([200, [], []]);
});

test("GET /v1/me names the deployment's resources", async () => {
  const deployment = deploymentOf(ApiEnv().parse({ ...environment, LOG_GROUPS }));
  const handler = httpApi(() => ({ ...fakeServices(), ...(deployment && { deployment }) }), routes);
  const answer = (await handler(httpEvent({ path: me }), {} as never)) as { body?: string };
  expect(JSON.parse(answer.body ?? "").aws).toEqual({
    ...deployedAs,
    table: "jobs",
    schedule_group: "group",
    queues: JSON.parse(ofTypes((type) => `https://sqs.example.com/${type}`)),
  });
});

test("an environment that does not name its deployment is valid", () => {
  for (const env of [environment, { ...environment, LOG_GROUPS: "" }])
    expect(deploymentOf(ApiEnv().parse(env))).toBeUndefined();
});

test("GET /v1/me has the package's version", () => {
  const packageJson = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  expect(JSON.parse(packageJson).version).toBe(version);
});
