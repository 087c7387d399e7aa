import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { makeLog } from "../../../lambdas/aws/log/log.ts";
import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { execute as act } from "../../../lambdas/consumers/types/action/execute.ts";
import { decisionPolicy } from "../../../lambdas/consumers/types/feature/decisions.ts";
import { execute as decide } from "../../../lambdas/consumers/types/feature/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../lambdas/core/check/check-catalog.ts";
import type { RequestError } from "../../../lambdas/core/kernel/request-error.ts";
import { scheduleJob } from "../../../lambdas/core/operations/schedule-job.ts";
import { viewOf } from "../../../lambdas/core/queries/view.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { captured } from "../../support/captured.ts";
import { httpServer, json } from "../../support/executors/http-server.ts";
import { fakeServices } from "../../support/fakes/services.ts";

/** With characters that JSON, URLs and forms write in other ways. */
const password = 'p4ss/w+rd "ä"';
const other = "0ther-cr3dential";

const everywhere = <Value>(value: Value) => ({ dev: value, prd: value });
const app = (url: string, credentials: object) => everywhere({ base_url: parameter(url), credentials });
const takes = (more: object) => ({ order: { method: "POST", path: "/orders", ...more } });

/** Two apps: one has a credential in the defaults of its action, and both are called by features. */
const product = {
  tag: "shop",
  envs: ["dev", "prd"],
  jobs: {
    order: { type: "action", app: "api", action: "order", retries: 0 },
    order_x: { type: "action", app: "api", action: "order", retries: 0, expressions: true },
    plain: { type: "action", app: "api", action: "plain", retries: 0 },
    post: { type: "action", app: "mail", action: "order", retries: 0 },
    both: { type: "feature", feature: "both" },
  },
  apps: {
    api: {
      envs: app("/api", { password: secret("api#password"), pin: secret("api#pin") }),
      actions: {
        ...takes({
          defaults: {
            query: { key: "$Auth{api}{password}" },
            headers: { "x-pin": "pin $Auth{api}{pin}" },
            body: { login: { password: "$Concat(['>', $Auth{api}{password}], '')" } },
          },
        }),
        plain: { method: "POST", path: "/plain" },
      },
    },
    mail: { envs: app("/mail", { password: secret("mail#password") }), actions: takes({}) },
  },
  features: {
    both: {
      sequences: {
        main: [
          {
            event: "plain",
            input: {
              query: { p: "$Auth{api}{password}" },
              body: { b: "it is $Auth{api}{password}!", text: "$Input{text}" },
            },
          },
          {
            event: "post",
            input: {
              body: { own: "$Auth{mail}{password}", result: "$Sequence{main}{plain}{body}", text: "$Input{text}" },
            },
          },
        ],
      },
    },
  },
} as const;

type Answer = Parameters<typeof httpServer>[0];
const values = { "api#password": password, "api#pin": "12", "mail#password": other };
/** Answers with everything that it was sent. */
const echo: Answer = ({ url, headers, body }, response) =>
  json(response, 200, { url, headers, body: JSON.parse(body), raw: body });

/** Requests a job, runs it with its steps, and answers what servers have seen, and everything that is stored, shown or logged. */
async function ask(event: string, input: Record<string, unknown>, answer: Answer = echo) {
  await using api = await httpServer(answer);
  await using mail = await httpServer(echo);
  expect(checkCatalog([product], registry)).toEqual([]);
  const secrets = { ...values, "/api": api.url, "/mail": mail.url };
  const services = { ...fakeServices({ catalog: makeCatalog([product], registry), secrets }), log: makeLog("test") };
  let job = await scheduleJob(
    services,
    parseRequest({ product_tag: "shop", env: "prd", event, input }, services.catalog, services.clock.now()),
  );
  const said = await captured(async () => {
    while (services.queue.sent.length > 0) {
      for (const { type, message } of services.queue.sent.splice(0)) {
        if (type === "feature") await runJob(services, decide, message, { policy: decisionPolicy });
        else await runJob(services, act, message);
      }
    }
  });
  job = (await services.jobs.get(job.id)) ?? job;
  const all = services.jobs.all();
  const views = await Promise.all(all.map((one) => viewOf(services, one, services.clock.now())));
  const events = all.flatMap((one) => transitionsOf({ before: { ...one, status: "running" }, after: one, at: 0 }));
  const kept = [
    said,
    JSON.stringify([all, views, events]),
    inspect([all, views, events, services.blobs], { depth: 20 }),
  ].join("\n");
  return { job, all, seen: { api: api.seen, mail: mail.seen }, kept };
}

/** No way of writing a credential is anywhere in a text. */
function expectNone(text: string) {
  const forms = [password, other, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), "p4ss", "0ther"];
  expect(forms.filter((form) => text.includes(form))).toEqual([]);
}

describe("credentials of the catalog", () => {
  it("are sent where the defaults of an action name them", async () => {
    const { job, seen, kept } = await ask("order", { body: { sku: "A-1" } });
    expect(job.status).toBe("completed");
    const [sent] = seen.api;
    expect(new URL(String(sent?.url), "http://x").searchParams.get("key")).toBe(password);
    expect(sent?.headers["x-pin"]).toBe("pin 12");
    expect(JSON.parse(String(sent?.body))).toEqual({ sku: "A-1", login: { password: `>${password}` } });
    expect(job.result).toMatchObject({
      inline: { body: { body: { sku: "A-1", login: { password: ">[credential]" } } } },
    });
    expectNone(kept);
  });

  it("are sent to the app that a feature's step names, and are stored nowhere", async () => {
    const { job, all, seen, kept } = await ask("both", { text: "say $Auth{api}{password}" });
    expect(job.status).toBe("completed");
    const [first, second] = [seen.api, seen.mail].map(([sent]) => JSON.parse(String(sent?.body)));
    expect(first).toEqual({ b: `it is ${password}!`, text: "say $Auth{api}{password}" });
    expect(new URL(String(seen.api[0]?.url), "http://x").searchParams.get("p")).toBe(password);
    expect(second).toMatchObject({ own: other, text: "say $Auth{api}{password}" });
    expectNone(JSON.stringify(second).replaceAll(other, ""));
    const step = all.find((one) => one.event === "plain");
    expect(step?.input).toMatchObject({
      inline: { body: { b: expect.stringMatching(/^it is credential\.api\.password\.[\da-f-]{36}!$/) } },
    });
    expectNone(kept);
  });

  const refusing =
    (status: number, body: unknown): Answer =>
    (_request, response) =>
      json(response, status, body);
  it.each<[string, Answer]>([
    ["refuses with the credential as its code", refusing(400, { code: "p4ss/w+rd", error: { code: password } })],
    ["fails with it", refusing(500, { message: password })],
    ["answers no JSON", (_request, response) => void response.end(`<p>${password}</p>`)],
    ["answers bytes", (_request, response) => void response.end(Buffer.from(`\0\0\0\0\0\0${password}\0\0\0\0`))],
    [
      "answers it in headers",
      (_request, response) => void response.writeHead(200, { "x-echo": encodeURIComponent(password) }).end(),
    ],
    ["answers base64", (_request, response) => void response.end(Buffer.from(password).toString("base64"))],
    ["answers it as the name of a field", refusing(200, { [password]: 1, a: JSON.stringify({ password }) })],
    [
      "redirects to another host",
      (_request, response) =>
        void response.writeHead(307, { location: `http://127.0.0.1:1/${encodeURIComponent(password)}` }).end(),
    ],
    ["breaks off", (_request, response) => void response.destroy()],
  ])("are nowhere if the provider %s", async (_what, answer) => {
    for (const event of ["order", "both"]) {
      const { kept, seen } = await ask(event, event === "order" ? { body: {} } : { text: "" }, answer);
      expect(seen.api.length).toBeGreaterThan(0);
      expectNone(kept);
    }
  });

  it.each([
    ["$Auth{api}{password}"],
    ["Hi $Auth{api}{password}"],
    ["$Concat(['a', $Auth{api}{password}], '')"],
    ["$Join([$Trim($Auth{api}{password})])"],
    ["$Filter([$Auth{api}{password}], '==', 'a')"],
    ["$Auth { api } { password }"],
    ["$Auth"],
    ["$Auth{}{}"],
  ])("are refused in a request: %s", (text) => {
    const catalog = makeCatalog([product], registry);
    const attempt = () =>
      parseRequest({ product_tag: "shop", env: "prd", event: "order_x", input: { body: { a: text } } }, catalog, 0);
    let faults: RequestError["faults"] = [];
    try {
      const { input } = attempt();
      // Text that no program reads as an expression is sent as it is.
      expect(input).toEqual({ body: { a: text } });
      expect(text).toMatch(/^\$Auth \{/);
    } catch (error) {
      faults = (error as RequestError).faults;
      expect(faults).toEqual([{ pointer: "/input/body/a", detail: expect.stringContaining("into the catalog") }]);
    }
  });

  it.each([
    "＄Auth{api}{password}",
    "$Аuth{api}{password}",
    "$auth{api}{password}",
    "$$Auth{api}{password}",
    "$\u200bAuth{api}{password}",
  ])("are not reached by the look-alike %j, which is text", async (text) => {
    const { seen, kept } = await ask("order_x", { body: { a: text } });
    expect(JSON.parse(String(seen.api[0]?.body)).a).toBe(text.replace("$$", "$"));
    expectNone(kept);
  });

  it("are not reached by data that has the placeholder of another job", async () => {
    const placeholder = "credential.api.password.00000000-0000-0000-0000-000000000000";
    const { seen } = await ask("both", { text: placeholder });
    expect(JSON.parse(String(seen.api[0]?.body)).text).toBe(placeholder);
  });
});
