import { allScopes, type Scopes, verbs } from "../../../lambdas/core/access/scopes.ts";
import { guarded, named, notFoundCodeOf, product, requestsIn, worldOf as world } from "../../support/every-route.ts";

const tenant = { product, env: "prd" };
const requests = requestsIn("prd");

test("this test lists every route that asks for a key", () => {
  expect(guarded.map(({ name }) => name).sort()).toEqual(Object.keys(requests).sort());
});

test("only the health and the two documents are open", () => {
  expect(named.filter(({ open }) => open).map(({ name }) => name)).toEqual([
    "GET /v1/health",
    "GET /openapi.json",
    "GET /events.json",
  ]);
  const needNone = named.filter(({ scope }) => scope === undefined);
  expect(needNone.filter(({ open }) => !open).map(({ name }) => name)).toEqual(["GET /v1/me"]);
  for (const { name, open, scope } of named)
    expect([name, open === true && scope !== undefined]).toEqual([name, false]);
});

describe.each(guarded)("$name", (route) => {
  const { scope } = route;
  const outOfReach = requests[route.name]?.outOfReach;
  const reach = { products: [tenant.product], envs: [tenant.env] };

  test("asks for a key", async () => {
    const { call, untouched } = world(route);
    expect(await call(null)).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    await untouched();
  });

  test("is for keys with its verb or jobs:admin, if it needs one", async () => {
    expect([undefined, ...verbs]).toContain(scope);
    for (const verb of verbs) {
      const { call, untouched } = world(route);
      const { status = 0 } = await call({ ...reach, verbs: [verb] });
      const may = scope === undefined || verb === scope || verb === "jobs:admin";
      expect([verb, [401, 403, 404].includes(status)]).toEqual([verb, !may]);
      if (!may) await untouched();
    }
  });

  test.each([
    ["another product", { ...reach, products: ["shop"] }],
    ["another env", { ...reach, envs: ["dev"] }],
    ["nothing", { products: [], envs: [] }],
  ])(`is ${outOfReach} to a key that reaches %s`, async (_what, elsewhere) => {
    const { call, untouched, job } = world(route);
    const { status, body } = await call({ ...elsewhere, verbs: [...verbs] });
    // The demo's product has both envs: of another env its name is known, and its jobs are not.
    const isOfProduct =
      ["/v1/products", "/v1/definitions"].some((path) => route.path.startsWith(path)) ||
      route.name === "GET /v1/operations";
    const known = isOfProduct && elsewhere.envs.includes("dev");
    const notFound = notFoundCodeOf(route.path);
    if (outOfReach === "absent" && !known) expect({ status, code: body.code }).toEqual({ status: 404, code: notFound });
    else if (outOfReach === "forbidden" && !known) {
      expect({ status, code: body.code }).toEqual({ status: 403, code: "FORBIDDEN" });
    } else expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(job.id);
    if (!known) expect(JSON.stringify(body)).not.toContain("canary");
    if (!known) expect(JSON.stringify(body)).not.toContain("create_order");
    expect(JSON.stringify(body.products ?? body)).not.toContain('"prd"');
    await untouched();
  });

  test.each([
    ["a verb that is none", { ...allScopes, verbs: ["jobs:all"] }],
    ["no list of products", { ...allScopes, products: undefined }],
    ["a part that may narrow the others", { ...allScopes, events: ["create_order"] }],
  ])("lets a key do nothing that brings %s, as another version may have written it", async (_what, scopes) => {
    const { call, untouched } = world(route);
    const { status } = await call(scopes as Scopes);
    expect(scope === undefined ? [200] : [403, 404]).toContain(status);
    await untouched();
  });
});

describe.each(named)("each answer of $name", (route) => {
  test("has the headers against sniffing, framing, caching, referrers and plain HTTP", async () => {
    const { call, ask } = world(route);
    const answers = [await call(), await call(null), await ask({ method: route.method, path: "/v1/nowhere" })];
    for (const { status, headers } of answers) {
      expect([status, headers]).toEqual([
        status,
        expect.objectContaining({
          "x-content-type-options": "nosniff",
          "strict-transport-security": "max-age=31536000",
          "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
          "referrer-policy": "no-referrer",
        }),
      ]);
      const kept = ["/openapi.json", "/events.json"].includes(route.path) && status === 200;
      expect(headers["cache-control"]).toBe(kept ? "public, max-age=300" : "no-store");
    }
  });
});
