import { Validator } from "@seriousme/openapi-schema-validator";
import { routes } from "../../../lambdas/api/routes.ts";
import { withHead } from "../../../lambdas/aws/http/only-routes.ts";
import { problemStatuses } from "../../../lambdas/aws/http/problem.ts";
import { jobTypes } from "../../../lambdas/core/job/job.ts";
import { fakeApi } from "../../support/api.ts";
import { assertDocumented, assertValid, document } from "../../support/documented.ts";

interface Operation {
  operationId: string;
  parameters?: { name: string; schema: Record<string, unknown> }[];
  responses: Record<string, unknown>;
  requestBody?: Content;
  security?: unknown;
}
interface Content {
  content?: Record<string, { schema?: unknown; example?: unknown; examples?: Record<string, { value: unknown }> }>;
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method,
    operation: operation as unknown as Operation,
  })),
);

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("is open to every caller", async () => {
    const { status, headers, body } = await fakeApi().ask({ path: "/openapi.json", scopes: null });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "public, max-age=300" });
    expect(body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it("has every route under a distinct name", () => {
    const named = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    expect(named.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(routes.map(({ id }) => id).sort());
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
  });

  it("says which routes need a key and what they answer without one", () => {
    for (const { path, method, operation } of operations) {
      const open = routes.find((route) => route.path === path && route.method.toLowerCase() === method)?.open;
      expect(operation.security).toEqual(open ? [] : undefined);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(open ? ["500"] : ["401", "403", "429"]));
    }
  });

  it("has both codes for what is too large: ours and API Gateway's", () => {
    const answers = operations.map(({ operation }) => operation.responses["413"] as Content | undefined);
    const types = answers.filter((answer) => answer !== undefined).map(({ content = {} }) => Object.keys(content));
    expect(new Set(types.map(String))).toEqual(new Set(["application/problem+json,application/json"]));
  });

  it("has every error status", () => {
    const documented = new Set(operations.flatMap(({ operation }) => Object.keys(operation.responses)));
    for (const status of Object.values(problemStatuses)) {
      expect([status, documented.has(String(status))]).toEqual([status, true]);
    }
  });

  it("says of a parameter what the route takes for it", () => {
    const schemaOf = (path: string, name: string) =>
      operations
        .find((one) => one.path === path && one.method === "get")
        ?.operation.parameters?.find((parameter) => parameter.name === name)?.schema;
    const wait = { type: "integer", minimum: 0, maximum: 25 };
    expect(schemaOf("/v1/jobs/{id}", "wait")).toEqual(wait);
    const limit = { type: "integer", minimum: 1, maximum: 100, default: 20 };
    expect(schemaOf("/v1/jobs", "limit")).toEqual(limit);
    expect(schemaOf("/v1/jobs/{id}/runs", "limit")).toEqual(limit);
    const { description: _, ...recurring } = schemaOf("/v1/jobs", "recurring") ?? {};
    expect(recurring).toEqual({ type: "boolean" });
    const { pattern, ...status } = schemaOf("/v1/jobs", "status") ?? {};
    expect(status).toEqual({ type: "string" });
    for (const [text, taken] of [
      ["failed", true],
      ["failed,completed", true],
      ["", false],
      ["failed,", false],
      ["done", false],
      ["failedcompleted", false],
    ] as const) {
      expect([text, new RegExp(String(pattern)).test(text)]).toEqual([text, taken]);
    }
  });

  it("has no dangling reference and no unused schema", () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect([...new Set(references)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it("has no schema of required fields alone, which clients would type as `any`", () => {
    const bare: string[] = [];
    const look = (value: unknown, at: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        const alternatives = (key === "anyOf" || key === "oneOf") && Array.isArray(inner) ? inner : [];
        if (alternatives.some((one) => Object.keys(one).join() === "required")) bare.push(`${at}/${key}`);
        look(inner, `${at}/${key}`);
      }
    };
    look(document, "");
    expect(bare).toEqual([]);
  });

  it("has a separate request for each type", () => {
    const schemas = document.components.schemas as unknown as Record<string, { properties?: { input?: unknown } }>;
    expect(schemas.JobRequest).toMatchObject({
      anyOf: jobTypes.map((type) => ({
        $ref: expect.stringMatching(new RegExp(`${type.replaceAll("_", "")}JobRequest$`, "i")),
      })),
    });
    expect(schemas.StorageJobRequest?.properties?.input).toEqual({ $ref: "#/components/schemas/IStorageRequest" });
    expect(schemas.FeatureJobRequest?.properties?.input).toEqual({ $ref: "#/components/schemas/FeatureInput" });
  });

  it("has one schema for a status at which API Gateway may answer too", () => {
    const guarded = operations.find(({ operation }) => !operation.security);
    const { content = {} } = (guarded?.operation.responses["403"] ?? {}) as Content;
    const refusal = { $ref: "#/components/schemas/Refusal" };
    expect(Object.values(content).map(({ schema }) => schema)).toEqual([refusal, refusal]);
  });

  it("names in Allow the methods of each path", () => {
    const refusing = operations.filter(({ operation }) => operation.responses["405"]);
    expect(refusing.length).toBeGreaterThan(0);
    for (const { path, operation } of refusing) {
      const methods = routes.filter((route) => route.path === path).flatMap(({ method }) => withHead(method));
      expect(operation.responses["405"]).toMatchObject({ headers: { Allow: { example: methods.join(", ") } } });
    }
  });

  it("has examples that match their schemas", () => {
    for (const { path, method, operation } of operations) {
      const place = ["paths", path, method];
      const bodies: [string[], Content][] = [
        ...(operation.requestBody ? [[[...place, "requestBody"], operation.requestBody] as [string[], Content]] : []),
        ...Object.entries(operation.responses).map(([status, answer]): [string[], Content] => [
          [...place, "responses", status],
          answer as Content,
        ]),
      ];
      for (const [where, { content = {} }] of bodies) {
        for (const [type, { example, examples = {} }] of Object.entries(content)) {
          const given = [
            ...(example === undefined ? [] : [example]),
            ...Object.values(examples).map(({ value }) => value),
          ];
          for (const value of given) assertValid(value, [...where, "content", type, "schema"]);
        }
      }
    }
  });
});

describe("an answer of API Gateway itself", () => {
  const message = { headers: { "content-type": "application/json" }, body: { message: "no" } };

  it.each([401, 403, 429, 503])("(%i) is documented on every route that needs a key", (status) => {
    for (const { path, method, operation } of operations) {
      if (operation.security) continue;
      assertDocumented(method.toUpperCase(), path, { ...message, status });
    }
  });

  it("has Retry-After and Allow where API Gateway sends them", () => {
    const withoutKey = operations.filter(({ operation }) => !operation.security);
    expect(withoutKey.length).toBeGreaterThan(0);
    for (const { operation } of withoutKey) {
      expect(operation.responses).toMatchObject({
        405: { headers: { Allow: {} } },
        429: { headers: { "Retry-After": {} } },
        503: { headers: { "Retry-After": {} } },
      });
    }
  });
});

describe("the check of answers in these tests", () => {
  const answer = { status: 200, headers: { "content-type": "application/json" }, body: { status: "ok" } as unknown };
  const check = (more: object) => () => assertDocumented("GET", "/v1/health", { ...answer, ...more });

  it.each([
    ["a status", { status: 418 }, /418 is not documented/],
    ["a type", { headers: { "content-type": "text/plain" } }, /text\/plain is not documented/],
    ["a value", { body: { status: "good" } }, /must be equal to constant/],
    ["a field", { body: { status: "ok", more: 1 } }, /additional properties/],
  ])("notices an undocumented %s", (_what, more, message) => {
    expect(check({})).not.toThrow();
    expect(check(more)).toThrow(message);
  });
});
