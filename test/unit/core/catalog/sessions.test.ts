import { describe, expect, test } from "@jest/globals";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { expressing, withSessions } from "../../../support/expressing.ts";

const faultsOf = (product: unknown) =>
  checkCatalog([product], registry).map(({ pointer, detail }) => `${pointer} ${detail}`);
const everywhere = <Value>(value: Value) => ({ dev: value, prd: value });
const good = { secret: secret("session"), audience: "shop" };

describe("a product's sessions", () => {
  test("are those that requests may bring", () => {
    expect(faultsOf(withSessions)).toEqual([]);
    for (const jwks of ["https://idp.example/keys", "http://127.0.0.1:4000/keys"]) {
      const settings = { jwks, audience: ["a", "b"], issuer: "https://idp.example", algorithms: ["ES256", "RS256"] };
      expect(faultsOf({ ...expressing, sessions: { user: { envs: everywhere(settings) } } })).toEqual([]);
    }
  });

  test.each<[object, string, RegExp]>([
    [{ secret: secret("s") }, "/audience", /is required/],
    [{ ...good, audience: [] }, "/audience", /./],
    [{ audience: "a" }, "", /`jwks` or `secret`/],
    [{ ...good, jwks: "https://idp.example" }, "/secret", /one of the two/],
    [{ audience: "a", jwks: "http://idp.example/keys" }, "/jwks", /https/],
    [{ audience: "a", jwks: "https://user:pass@idp.example/keys" }, "/jwks", /credentials/],
    [
      { audience: "a", jwks: "https://idp.example", algorithms: ["RS256", "HS256"] },
      "/algorithms/1",
      /needs a `secret`/,
    ],
    [{ ...good, algorithms: ["RS256"] }, "/algorithms/0", /needs `jwks`/],
    [{ ...good, algorithms: ["none"] }, "/algorithms/0", /none of HS256/],
    [{ audience: "a", jwks: "https://idp.example", algorithms: ["none"] }, "/algorithms/0", /none of RS256/],
    [{ ...good, algorithms: [] }, "/algorithms", /./],
    [{ ...good, secret: "written out" }, "/secret", /not written out/],
    [{ ...good, aud: "x" }, "/aud", /unknown field/],
  ])("are refused with %j", (settings, place, detail) => {
    const sessions = { user: { envs: { dev: settings, prd: good } } };
    const faults = faultsOf({ ...expressing, sessions }).filter((fault) =>
      fault.startsWith(`/shop/sessions/user/envs/dev${place} `),
    );
    expect(faults.join()).toMatch(detail);
  });

  test("have settings for every env", () => {
    expect(faultsOf({ ...expressing, sessions: { user: { envs: { dev: good, pdr: good } } } })).toEqual([
      expect.stringMatching(/^\/shop\/sessions\/user\/envs\/pdr .*Did you mean "prd"/),
      expect.stringMatching(/^\/shop\/sessions\/user\/envs has no settings.*"prd"/),
    ]);
  });
});

const feature = (steps: object[], output?: object) => ({
  ...withSessions,
  features: { ...withSessions.features, welcome: { sequences: { main: steps }, ...(output && { output }) } },
});
const main = "/shop/features/welcome/sequences/main/0";

describe("references to sessions", () => {
  test.each<[object, string, RegExp]>([
    [{ event: "order", input: { body: { a: "$Session{usr}{sub}" } } }, `${main}/input/body/a`, /Did you mean "user"/],
    [
      { event: "order", input: { body: { a: "$Session{user}{emial}" } } },
      `${main}/input/body/a`,
      /Did you mean "email"/,
    ],
    [{ event: "order", input: { body: { a: "$Session{user}" } } }, `${main}/input/body/a`, /name is missing/],
    [
      { event: "order", input: { body: { a: "$Session{user}{sub}$Session{staff}{sub}" } } },
      "/shop/features/welcome/sequences",
      /2 sessions/,
    ],
  ])("are checked in the texts of a feature: %j", (step, pointer, detail) => {
    const faults = checkCatalog([feature([step])], registry);
    expect(faults).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
  });

  test("are refused in a job without its session", () => {
    const nested = { ...withSessions.features, outer: { sequences: { main: [{ event: "welcome" }] } } };
    const jobs = { ...withSessions.jobs, outer: { type: "feature", feature: "outer" } };
    expect(faultsOf({ ...withSessions, jobs, features: nested })).toEqual([
      expect.stringMatching(
        /^\/shop\/features\/outer\/sequences\/main\/0\/event runs a feature that refers to a session/,
      ),
    ]);
    const inKey = { ...withSessions.jobs, order: { ...withSessions.jobs.order, fairness_key: "$Session{user}{sub}" } };
    expect(faultsOf({ ...withSessions, jobs: inKey }).join()).toMatch(
      /\/shop\/jobs\/order\/fairness_key .*\$Session is known in/,
    );
    const schedules = {
      daily: { event: "order_x", env: "dev", cron: "0 0 * * *", input: { body: { a: "$Session{user}{sub}" } } },
      other: { event: "order", env: "dev", cron: "0 0 * * *", input: {}, session: { tag: "user", token: "x" } },
    };
    const ofSchedules = faultsOf({ ...withSessions, schedules }).join();
    expect(ofSchedules).toMatch(/\/shop\/schedules\/daily\/input\/body\/a needs a session/);
    expect(ofSchedules).toMatch(/\/shop\/schedules\/other\/session cannot be set/);
  });
});

const credentials = everywhere({ base_url: parameter("/url"), credentials: { key: secret("api#key") } });
const withApp = (defaults: object, more: object = {}) => ({
  ...expressing,
  apps: {
    api: {
      envs: credentials,
      actions: { order: { method: "POST", path: "/orders/:id", defaults: { params: { id: "x" }, ...defaults } } },
    },
    mail: { envs: credentials, actions: { order: { method: "POST", path: "/" } } },
  },
  ...more,
});
const inDefaults = "/shop/apps/api/actions/order/defaults/body/a";

describe("references to credentials", () => {
  test.each(["$Auth{api}{key}", "Bearer $Auth{api}{key}", "$Concat(['a', $Auth{api}{key}], '-')"])(
    "%s of the app itself may stand in an action's defaults",
    (a) => {
      expect(faultsOf(withApp({ body: { a } }))).toEqual([]);
    },
  );

  test.each<[string, RegExp]>([
    ["$Auth{mail}{key}", /another app than "api"/],
    ["$Auth{api}{kye}", /env "dev".*Did you mean "key"/],
    ["$Auth{api}", /must name an app and a credential/],
    ["$Auth{api}{key}{more}", /must name an app and a credential/],
    ["$Substring($Auth{api}{key}, 0, 1)", /no other operator/],
    ["$Concat([$Uppercase($Auth{api}{key})], '')", /no other operator/],
    ["a $Find([$Auth{api}{key}], '==', 'x')", /no other operator/],
  ])("%s is refused in an action's defaults", (a, detail) => {
    expect(checkCatalog([withApp({ body: { a } })], registry)).toContainEqual({
      pointer: inDefaults,
      detail: expect.stringMatching(detail),
    });
  });

  test("are refused where they would be sent unevaluated", () => {
    const a = "$Auth{api}{key}";
    const base = withApp({});
    const product = {
      ...base,
      jobs: { ...base.jobs, order: { ...base.jobs.order, fairness_key: a } },
      apps: { ...base.apps, mail: { ...base.apps.mail, actions: { order: { method: "POST", path: `/x?${a}` } } } },
      notifications: {
        customers: {
          envs: everywhere({ email: { provider: "ses", from: "shop@shop.example" } }),
          messages: { welcome: { email: { subject: a, template: "<p>{{name}}</p>" } } },
        },
      },
      databases: {
        orders: {
          engine: "postgres",
          envs: everywhere({ connection: secret("orders#url") }),
          actions: { create: { operation: "create", statement: `INSERT INTO o VALUES (${`'${a}'`})` } },
        },
      },
      limits: { some: { key: a, concurrency: 1 } },
      features: {
        onboard: {
          sequences: {
            main: [
              { event: "order", if: { value: a, exists: true }, input: { body: { a: "$Auth{mail}{key}" } } },
              { event: "price_x", input: { payload: { a } } },
            ],
          },
          output: { a },
        },
      },
    };
    const places = checkCatalog([product], registry).map(({ pointer }) => pointer);
    const steps = "/shop/features/onboard/sequences/main";
    expect(places).toEqual(
      expect.arrayContaining([
        "/shop/jobs/order/fairness_key",
        "/shop/apps/mail/actions/order/path",
        "/shop/notifications/customers/messages/welcome/email/subject",
        "/shop/databases/orders/actions/create/statement",
        "/shop/limits/some/key",
        `${steps}/0/if`,
        `${steps}/0/input/body/a`,
        `${steps}/1/input/payload/a`,
        "/shop/features/onboard/output/a",
      ]),
    );
  });

  test("need an app that is reached by https", () => {
    const envs = everywhere({ base_url: "http://api.example", credentials: { key: secret("api#key") } });
    const product = { ...withApp({}), apps: { ...withApp({}).apps, api: { ...withApp({}).apps.api, envs } } };
    expect(faultsOf(product).join()).toMatch(/\/shop\/apps\/api\/envs\/dev\/base_url an https URL/);
  });
});
