import { openApi } from "../../../packages/ductape-jobs/src/cli/api.ts";
import { callTool } from "../../../packages/ductape-jobs/src/mcp/call-tool.ts";
import type { OpenApi } from "../../../packages/ductape-jobs/src/mcp/operation.ts";
import { toolsOf } from "../../../packages/ductape-jobs/src/mcp/tools.ts";
import { answering, apiKey, now, problem } from "../../support/cli/answering.ts";
import { document } from "../../support/documented.ts";

const tools = toolsOf(document as unknown as OpenApi, ["jobs:read", "jobs:write", "jobs:admin"]);
const sink = { write: () => {} };

/** Calls a tool of an API that answers as scripted; what was asked for, and the texts of the result. */
async function calling(answers: Parameters<typeof answering>[0], name: string, args: Record<string, unknown> = {}) {
  const { asked, fetch, env } = answering(answers);
  const api = await openApi({ out: sink, err: sink, env, fetch, now: () => now, cwd: "/", isTTY: false }, undefined);
  const { isError = false, content } = await callTool(api, tools, { name, arguments: args }, AbortSignal.timeout(9000));
  const texts = content.map((one) => (one.type === "text" ? one.text : ""));
  return {
    asked: asked.map(({ method, path, body }) => [method, path, body]),
    isError,
    texts,
    headers: asked[0]?.headers,
  };
}

const body = { product_tag: "shop", env: "prd", event: "e", input: {} };

describe("a tool that reads", () => {
  it("sends its arguments in their places, and none that was left out", async () => {
    const { asked, texts } = await calling({ "GET /v1/jobs/a%2Fb/runs": { runs: [] } }, "listRuns", {
      id: "a/b",
      limit: 5,
    });
    expect(asked).toEqual([["GET", "/v1/jobs/a%2Fb/runs?limit=5", undefined]]);
    expect(texts).toEqual(['{"runs":[]}', `The API's clock: 2030-01-31T09:00:00.000Z (${now}).`]);
  });

  it("shows no key, even where a job's data has it", async () => {
    const { texts } = await calling({ "GET /v1/jobs/j": { result: `key=${apiKey}` } }, "getJob", { id: "j" });
    expect(texts[0]).toBe('{"result":"key=[key]"}');
  });
});

describe("a tool that writes", () => {
  it.each([undefined, false, "true", 1, null])("writes nothing with confirm: %j", async (confirm) => {
    const { asked } = await calling({ "GET /v1/jobs/j": {} }, "retryJob", { id: "j", confirm });
    expect(asked).toEqual([["GET", "/v1/jobs/j", undefined]]);
  });

  it.each([
    ["scheduleJob", { body }, [["POST", "/v1/explain", body]]],
    [
      "scheduleJobs",
      { body: { jobs: [body, body] } },
      [
        ["POST", "/v1/explain", body],
        ["POST", "/v1/explain", body],
      ],
    ],
    [
      "changeJobs",
      { body: { action: "retry", filter: { product_tag: "shop", status: ["failed", "cancelled"] } } },
      [["GET", "/v1/jobs?product_tag=shop&status=failed%2Ccancelled", undefined]],
    ],
    ["pauseScope", { body: { product_tag: "shop", reason: "r" } }, [["GET", "/v1/pauses?product_tag=shop", undefined]]],
    [
      "pinLimit",
      { product: "shop", env: "prd", name: "mail", body: { concurrency: 1, until: 1 } },
      [["GET", "/v1/limits?product_tag=shop&env=prd&name=mail", undefined]],
    ],
    [
      "enableWebhook",
      { product: "shop", env: "prd", webhook: "w" },
      [["GET", "/v1/webhooks?product_tag=shop&env=prd", undefined]],
    ],
    ["createUpload", { body: { product_tag: "shop", env: "prd", bytes: 1 } }, []],
    ["deleteJob", { id: "j" }, [["GET", "/v1/jobs/j", undefined]]],
  ])("as a dry run, %s asks what it concerns and nothing else", async (name, args, expected) => {
    const answers = {
      "POST /v1/explain": {},
      "GET /v1/jobs": {},
      "GET /v1/pauses": { pauses: [] },
      "GET /v1/limits": {},
      "GET /v1/webhooks": {},
      "GET /v1/jobs/j": {},
    };
    const { asked, isError, texts } = await calling(answers, name, args);
    expect({ asked, isError }).toEqual({ asked: expected, isError: false });
    expect(JSON.parse(texts[0] ?? "").dry_run).toMatch(/^Nothing was changed\. With confirm: true, /);
  });

  it("shows the refusals of a batch beside what would be accepted, ten at most", async () => {
    const refused = problem(404, "EVENT_NOT_FOUND", "No such event.");
    const explain = (asked: { body: unknown }) =>
      (asked.body as typeof body).event === "e" ? { valid: true } : refused;
    const jobs = [body, { ...body, event: "x" }, ...Array.from({ length: 10 }, () => body)];
    const { asked, texts } = await calling({ "POST /v1/explain": explain }, "scheduleJobs", { body: { jobs } });
    expect(asked).toHaveLength(10);
    const { explanations, not_explained } = JSON.parse(texts[0] ?? "");
    expect(explanations.slice(0, 2)).toEqual([{ valid: true }, { code: "EVENT_NOT_FOUND", refused: "No such event." }]);
    expect(not_explained).toBe("2 further jobs");
  });

  it("is sent once confirmed, without the confirmation, and safe to repeat", async () => {
    const { asked, headers } = await calling({ "POST /v1/jobs": { job_id: "j" } }, "scheduleJob", {
      body,
      wait: 5,
      confirm: true,
    });
    expect(asked).toEqual([["POST", "/v1/jobs?wait=5", body]]);
    expect(headers).toHaveProperty("idempotency-key");
    const own = await calling({ "POST /v1/jobs": {} }, "scheduleJob", {
      body: { ...body, idempotency_key: "k" },
      confirm: true,
    });
    expect(own.headers).not.toHaveProperty("idempotency-key");
  });

  it("says so where the key may not read what it concerns", async () => {
    const { texts } = await calling({ "GET /v1/jobs/j": problem(403, "FORBIDDEN", "no") }, "cancelJob", { id: "j" });
    expect(JSON.parse(texts[0] ?? "").current_state).toBe("this key may not read it");
  });
});

describe("what is wrong", () => {
  it("is said in the API's words and with its pointers", async () => {
    const refused = problem(400, "INVALID_REQUEST", "The request is not valid.", [
      { pointer: "/event", detail: "is required" },
    ]);
    expect(await calling({ "POST /v1/explain": refused }, "scheduleJob", { body: {} })).toMatchObject({
      isError: true,
      texts: ["INVALID_REQUEST: The request is not valid.\n  /event: is required"],
    });
  });

  it("is found before anything is sent, if it is an argument", async () => {
    const { asked, texts } = await calling({}, "cancelJob", { job_id: "j", confirm: true });
    expect(asked).toEqual([]);
    expect(texts).toEqual(["The arguments are not valid.\n  /id: is required\n  /job_id: there is no such argument"]);
  });

  it("is no way to another operation", async () => {
    const { asked, isError } = await calling({}, "unpinLimit", {
      product: "..",
      env: "jobs",
      name: "j",
      confirm: true,
    });
    expect({ asked, isError }).toEqual({ asked: [], isError: true });
  });
});
