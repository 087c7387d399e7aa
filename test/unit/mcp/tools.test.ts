import { Ajv2020 } from "ajv/dist/2020.js";
import { routes } from "../../../lambdas/api/routes.ts";
import { jobRequestExamples } from "../../../lambdas/api/schemas/examples.ts";
import { verbs } from "../../../lambdas/core/access/scopes.ts";
import { effectsOf } from "../../../packages/ductape-jobs/src/mcp/effects.ts";
import { moreTools } from "../../../packages/ductape-jobs/src/mcp/more.ts";
import { type OpenApi, operationsOf } from "../../../packages/ductape-jobs/src/mcp/operation.ts";
import { describeTool, toolsOf } from "../../../packages/ductape-jobs/src/mcp/tools.ts";
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
  it("are the operations, except for documents and the dry run", () => {
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
  ])("of a key with %j are %j and not %j", (may, some, others) => {
    const names = toolsOf(document, may).map(({ tool }) => tool.name);
    expect(names).toEqual(expect.arrayContaining(some));
    for (const other of others) expect(names).not.toContain(other);
  });

  it.each(tools.map((tool) => [tool.tool.name, tool] as const))(
    "%s has schemas that stand alone, and a confirmation if it writes",
    (name, { tool: { inputSchema, annotations, description }, whole, writes, isListed, operation: { method } }) => {
      for (const schema of [inputSchema, whole]) {
        expect(() => new Ajv2020({ strict: false, validateFormats: false }).compile(schema)).not.toThrow();
        expect(JSON.stringify(schema)).not.toContain("$ref");
        expect("confirm" in (schema.properties ?? {})).toBe(writes);
        expect(JSON.stringify(schema)).not.toContain("dry_run");
      }
      expect(Object.keys(inputSchema.properties ?? {})).toEqual(Object.keys(whole.properties));
      if (isListed) expect(annotations?.readOnlyHint ?? false).toBe(!writes);
      expect(writes).toBe(method !== "GET" && name !== "findSealedJobs");
      expect(description).not.toContain("Requires the scope");
    },
  );

  it("have descriptions of what each may do", () => {
    const writing = tools.filter(({ writes, isListed }) => writes && isListed).map(({ tool }) => tool.name);
    expect(Object.keys(effectsOf).sort()).toEqual(writing.sort());
    // What makes jobs start calls services and reaches people; what only holds or ends them does not.
    const open = tools
      .filter(({ tool, writes }) => writes && tool.annotations?.openWorldHint)
      .map(({ tool }) => tool.name);
    expect(open.sort()).toEqual(
      [
        "changeJobs",
        "decideApproval",
        "endPause",
        "migrateJob",
        "pinLimit",
        "rescheduleJob",
        "resumeJob",
        "retryJob",
        "runNowJob",
      ]
        .concat("scheduleJob", "scheduleJobs", "sendSignal", "unpinLimit")
        .sort(),
    );
    for (const name of ["resumeJob", "unpinLimit", "endPause", "pauseJob"])
      expect(named(name).tool.annotations).toMatchObject({ destructiveHint: false, idempotentHint: true });
    for (const name of ["scheduleJob", "cancelJob", "deleteJob", "retryJob"])
      expect(named(name).tool.annotations?.destructiveHint).toBe(true);
  });

  it("take every example of a request, and refuse another field", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const isValid = ajv.compile(named("scheduleJob").whole);
    const isListed = ajv.compile(named("scheduleJob").tool.inputSchema);
    for (const body of Object.values(jobRequestExamples)) {
      expect([isValid({ body }), isValid.errors]).toEqual([true, null]);
      expect([isListed({ body }), isListed.errors]).toEqual([true, null]);
    }
    expect(isValid({ body: { ...Object.values(jobRequestExamples)[0], nonsense: 1 } })).toBe(false);
    expect([isValid({}), isListed({})]).toEqual([false, false]);
  });

  it("are short enough for an agent", () => {
    const listed = tools.filter(({ isListed }) => isListed).map(({ tool }) => tool);
    expect(JSON.stringify([describeTool, ...listed, ...moreTools(tools)]).length).toBeLessThan(18_200);
  });

  it("name those that the list has no room for, as far as the key may call them", () => {
    const namesOf = (verbs: readonly string[]) =>
      Object.fromEntries(
        moreTools(toolsOf(document, verbs)).map(({ name, description = "" }) => [
          name,
          description.replace(/^.*: |\.$/g, "").split(", "),
        ]),
      );
    const { readMore = [], changeMore = [] } = namesOf(["jobs:read", "jobs:write", "jobs:admin", "audit:read"]);
    const listed = tools.filter(({ isListed }) => isListed).map(({ tool }) => tool.name);
    const all = [...listed, ...readMore, ...changeMore, "explainJob", "getEvents", "getOpenApi"];
    expect(all.sort()).toEqual(routes.map(({ id }) => id).sort());
    expect(readMore).toEqual(expect.arrayContaining(["findSealedJobs", "getForecast", "listAudit"]));
    expect(namesOf(["jobs:read"])).toEqual({ readMore: readMore.filter((name) => name !== "listAudit") });
    expect(namesOf([])).toEqual({});
  });
});
