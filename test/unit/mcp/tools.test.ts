import { Ajv2020 } from "ajv/dist/2020.js";
import { routes } from "../../../lambdas/api/routes.ts";
import { jobRequestExamples } from "../../../lambdas/api/schemas/examples.ts";
import { verbs } from "../../../lambdas/core/access/scopes.ts";
import { type OpenApi, operationsOf } from "../../../packages/ductape-jobs/src/mcp/operation.ts";
import { toolsOf } from "../../../packages/ductape-jobs/src/mcp/tools.ts";
import { document as openApi } from "../../support/documented.ts";

const document = openApi as unknown as OpenApi;
const tools = toolsOf(document, verbs);
const named = (name: string) => tools.find(({ tool }) => tool.name === name) as (typeof tools)[number];

describe("the operations of the document", () => {
  it("are those of the routes, with the scope that each takes", () => {
    const scopes = Object.fromEntries(operationsOf(document).map(({ id, scope }) => [id, scope]));
    expect(scopes).toEqual(Object.fromEntries(routes.map(({ id, scope }) => [id, scope])));
  });
});

describe("the tools", () => {
  it("are the operations, except documents and the dry run itself", () => {
    const left = routes.map(({ id }) => id).filter((id) => !tools.some(({ tool }) => tool.name === id));
    expect(left.sort()).toEqual(["explainJob", "getEvents", "getOpenApi"]);
  });

  it.each([
    [
      ["jobs:read"],
      ["getHealth", "getMe", "getProduct", "listJobs"],
      ["scheduleJob", "cancelJob", "getJobInput", "pinLimit"],
    ],
    [["jobs:write"], ["scheduleJob", "cancelJob", "getMe"], ["listJobs", "changeJobs"]],
    [[], ["getHealth", "getMe"], ["listJobs", "scheduleJob"]],
  ])("of a key with %j have %j and not %j", (may, some, others) => {
    const names = toolsOf(document, may).map(({ tool }) => tool.name);
    expect(names).toEqual(expect.arrayContaining(some));
    for (const other of others) expect(names).not.toContain(other);
  });

  it.each(tools.map(({ tool, writes, operation }) => [tool.name, tool, writes, operation] as const))(
    "%s has a schema that stands alone, and asks for a confirmation if it writes",
    (_, { inputSchema, annotations, description }, writes, { method }) => {
      expect(() => new Ajv2020({ strict: false, validateFormats: false }).compile(inputSchema)).not.toThrow();
      expect(JSON.stringify(inputSchema)).not.toContain("$ref");
      expect(inputSchema.properties !== undefined && "confirm" in inputSchema.properties).toBe(writes);
      expect(annotations?.readOnlyHint).toBe(!writes);
      expect(writes).toBe(method !== "GET");
      expect(description).not.toContain("Requires the scope");
    },
  );

  it("take every example of a request, and refuse another field", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const isValid = ajv.compile(named("scheduleJob").tool.inputSchema);
    for (const body of Object.values(jobRequestExamples))
      expect([isValid({ body }), isValid.errors]).toEqual([true, null]);
    expect(isValid({ body: { ...Object.values(jobRequestExamples)[0], nonsense: 1 } })).toBe(false);
    expect(isValid({})).toBe(false);
  });

  it("are short enough to be read by an agent that has other things to do", () => {
    expect(JSON.stringify(tools.map(({ tool }) => tool)).length).toBeLessThan(70_000);
  });
});
