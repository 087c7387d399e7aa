import { openApi } from "../../../packages/ductape-jobs/src/cli/api.ts";
import { callTool } from "../../../packages/ductape-jobs/src/mcp/call-tool.ts";
import { createConfirmations, validMs } from "../../../packages/ductape-jobs/src/mcp/confirmations.ts";
import type { OpenApi } from "../../../packages/ductape-jobs/src/mcp/operation.ts";
import { toolsOf } from "../../../packages/ductape-jobs/src/mcp/tools.ts";
import { answering, apiKey, now, problem } from "../../support/cli/answering.ts";
import { document } from "../../support/documented.ts";

const tools = toolsOf(document as unknown as OpenApi, ["jobs:read", "jobs:write", "jobs:admin"]);
const sink = { write: () => {} };

let clock = now;
const confirmations = createConfirmations(() => clock);
beforeEach(() => {
  clock = now;
});

type Args = Record<string, unknown>;
const confirmed = <A extends Args>(name: string, args: A) => ({ ...args, confirm: confirmations.issue(name, args) });

/** Calls a tool of an API that answers as scripted; what was asked for, and the texts of the result. */
async function calling(answers: Parameters<typeof answering>[0], name: string, args: Args = {}) {
  const { asked, fetch, env } = answering(answers);
  const api = await openApi({ out: sink, err: sink, env, fetch, now: () => now, cwd: "/", isTTY: false }, undefined);
  const {
    isError = false,
    content,
    structuredContent,
  } = await callTool({ api, tools, confirmations }, { name, arguments: args }, AbortSignal.timeout(9000));
  const texts = content.map((one) => (one.type === "text" ? one.text : ""));
  return {
    asked: asked.map(({ method, path, body }) => [method, path, body]),
    isError,
    texts,
    structuredContent,
    headers: asked[0]?.headers,
  };
}

const body = { product_tag: "shop", env: "prd", event: "e", input: {} };

describe("a tool that reads", () => {
  it("sends its arguments in their places, and none that was left out", async () => {
    const { asked, texts } = await calling({ "GET /v1/jobs/a%2Fb/runs": { runs: [] } }, "listRuns", {
      job_id: "a/b",
      limit: 5,
    });
    expect(asked).toEqual([["GET", "/v1/jobs/a%2Fb/runs?limit=5", undefined]]);
    expect(texts).toEqual(['{"runs":[]}', `The API's clock: 2030-01-31T09:00:00.000Z (${now}).`]);
  });

  it("returns the answer as JSON for programs too", async () => {
    const answers = { "GET /v1/jobs/j": { result: `key=${apiKey}`, attempts: [] } };
    const { structuredContent } = await calling(answers, "getJob", { job_id: "j" });
    expect(structuredContent).toEqual({ result: "key=[key]", attempts: [] });
    const refused = await calling({}, "getJob", {});
    expect(refused).toMatchObject({ isError: true, structuredContent: undefined });
  });

  it("shows no key, even where a job's data has it", async () => {
    const { texts } = await calling({ "GET /v1/jobs/j": { result: `key=${apiKey}` } }, "getJob", { job_id: "j" });
    expect(texts[0]).toBe('{"result":"key=[key]"}');
  });
});

describe("a tool that the list only names", () => {
  const operation = { product_tag: "shop", action: "retry", filter: {} };

  it("reads by readMore", async () => {
    const { asked, texts } = await calling({ "POST /v1/find": { found: [] } }, "readMore", {
      name: "findSealedJobs",
      arguments: { body: { q: "c-1" } },
    });
    expect([asked, texts[0]]).toEqual([[["POST", "/v1/find", { q: "c-1" }]], '{"found":[]}']);
  });

  it("changes by changeMore, once it is confirmed", async () => {
    const answers = { "POST /v1/operations": { id: "op_1" }, "POST /v1/operations/op_1/stop": { state: "stopped" } };
    const args = { name: "startOperation", arguments: { body: operation } };
    const dry = await calling(answers, "changeMore", args);
    expect(dry.asked).toEqual([["POST", "/v1/operations?dry_run=true", operation]]);
    const { confirm } = JSON.parse(dry.texts[0] ?? "");
    for (const again of [
      { ...args, confirm },
      { ...args, arguments: { ...args.arguments, confirm } },
    ])
      expect((await calling(answers, "changeMore", again)).asked).toEqual([
        ["POST", "/v1/operations", { ...operation, idempotency_key: `mcp-${confirm}` }],
      ]);
    const other = { ...args, arguments: { body: { ...operation, action: "delete" } }, confirm };
    expect(await calling(answers, "changeMore", other)).toMatchObject({ asked: [], isError: true });
  });

  it("shows what it concerns", async () => {
    const path = "/v1/incidents/shop/prd/inc_1";
    const answers = { [`GET ${path}`]: { state: "open" }, [`POST ${path}/resolve`]: { state: "resolved" } };
    const args = { product: "shop", env: "prd", id: "inc_1" };
    const { asked, texts } = await calling(answers, "changeMore", { name: "resolveIncident", arguments: args });
    expect(asked.map(([method, at]) => `${method} ${at}`)).toEqual([
      `POST ${path}/resolve?dry_run=true`,
      `GET ${path}`,
    ]);
    expect(JSON.parse(texts[0] ?? "")).toMatchObject({ current_state: { state: "open" } });
  });

  it.each([
    ["readMore", { name: "startOperation", arguments: { body: operation } }, 'readMore calls no tool "startOperation"'],
    ["changeMore", { name: "findSealedJobs" }, 'changeMore calls no tool "findSealedJobs"'],
    ["readMore", { name: "getJob", arguments: { job_id: "j" } }, 'readMore calls no tool "getJob"'],
    ["readMore", {}, 'readMore calls no tool "undefined"'],
    ["readMore", { name: "getForecast", arguments: [] }, "/arguments: an object"],
    ["readMore", { name: "getForecast", arguments: { hour: 1 } }, "/hour: there is no such argument"],
  ])("is refused by %s with %j", async (tool, args, says) => {
    const { asked, isError, texts } = await calling({}, tool, args);
    expect([asked, isError, texts[0]]).toEqual([[], true, expect.stringContaining(says)]);
  });
});

describe("a tool that writes", () => {
  it.each([undefined, null])("is a dry run with confirm: %j, which changes nothing", async (confirm) => {
    const answers = { "GET /v1/jobs/j": { status: "failed" }, "POST /v1/jobs/j/retry": { status: "queued" } };
    const { asked, texts } = await calling(answers, "retryJob", { job_id: "j", confirm });
    expect(asked).toEqual([
      ["POST", "/v1/jobs/j/retry?dry_run=true", undefined],
      ["GET", "/v1/jobs/j", undefined],
    ]);
    const { current_state, would_be } = JSON.parse(texts[0] ?? "");
    expect([current_state.status, would_be.status]).toEqual(["failed", "queued"]);
  });

  const refusals: [string, (args: Args) => unknown][] = [
    ["true", () => true],
    ["a text", () => "true"],
    ["nothing", () => ""],
    ["the token of another tool", (args) => confirmations.issue("pauseJob", args)],
    ["the token of other arguments", (args) => confirmations.issue("cancelJob", { ...args, job_id: "k" })],
    ["a token of another server", (args) => createConfirmations(() => now).issue("cancelJob", args)],
    ["a token with another time", (args) => `z${confirmations.issue("cancelJob", args)}`],
  ];
  it.each(refusals)("is not confirmed by %s", async (_, confirm) => {
    const { asked, isError, texts } = await calling({}, "cancelJob", {
      job_id: "j",
      confirm: confirm({ job_id: "j" }),
    });
    expect({ asked, isError }).toEqual({ asked: [], isError: true });
    expect(texts[0]).toMatch(/not the token of a dry run of this call/);
  });

  it("is confirmed by a dry run's token for 15 minutes", async () => {
    const args = { job_id: "j", body: { delay_ms: 1, start_at: 0 } };
    const answers = { "POST /v1/jobs/j/retry": {}, "GET /v1/jobs/j": {} };
    const dry = await calling(answers, "retryJob", args);
    const { confirm } = JSON.parse(dry.texts[0] ?? "");
    const again = { confirm, body: { start_at: 0, delay_ms: 1 }, job_id: "j" };
    clock = now + validMs;
    expect((await calling(answers, "retryJob", again)).asked).toEqual([["POST", "/v1/jobs/j/retry", args.body]]);
    clock = now + validMs + 1;
    expect((await calling(answers, "retryJob", again)).isError).toBe(true);
  });

  it("says of a bulk change how many jobs it would change", async () => {
    const answers = {
      "POST /v1/jobs/bulk": {
        matched: 3,
        succeeded: 2,
        failed: 1,
        errors: [{}],
        would_change: [{}, {}],
        next_cursor: "c",
      },
    };
    const { texts } = await calling(answers, "changeJobs", { body: { action: "cancel", filter: {} } });
    expect(JSON.parse(texts[0] ?? "")).toMatchObject({
      would_change_count:
        "2 would be changed, 1 would be refused, and more jobs may match: repeat the call with `cursor`",
      would_change: [{}, {}],
    });
  });

  it("has no token where the API would refuse it", async () => {
    const refused = problem(409, "STATE_CONFLICT", "The job is completed: a finished job cannot be cancelled.");
    const { isError, texts } = await calling({ "POST /v1/jobs/j/cancel": refused }, "cancelJob", { job_id: "j" });
    expect({ isError, text: texts[0] }).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^STATE_CONFLICT: The job is completed/),
    });
    expect(texts[0]).not.toContain("confirm");
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
      [
        [
          "POST",
          "/v1/jobs/bulk?dry_run=true",
          { action: "retry", filter: { product_tag: "shop", status: ["failed", "cancelled"] } },
        ],
      ],
    ],
    [
      "pauseScope",
      { body: { product_tag: "shop", reason: "r" } },
      [
        ["POST", "/v1/pauses?dry_run=true", { product_tag: "shop", reason: "r" }],
        ["GET", "/v1/pauses?product_tag=shop", undefined],
      ],
    ],
    [
      "pinLimit",
      { product: "shop", env: "prd", name: "mail", body: { concurrency: 1, until: 1 } },
      [
        ["PUT", "/v1/limits/shop/prd/mail?dry_run=true", { concurrency: 1, until: 1 }],
        ["GET", "/v1/limits?product_tag=shop&env=prd&name=mail", undefined],
      ],
    ],
    [
      "enableWebhook",
      { product: "shop", env: "prd", webhook: "w" },
      [
        ["POST", "/v1/webhooks/shop/prd/w/enable?dry_run=true", undefined],
        ["GET", "/v1/webhooks?product_tag=shop&env=prd", undefined],
      ],
    ],
    ["createUpload", { body: { product_tag: "shop", env: "prd", bytes: 1 } }, []],
    [
      "deleteJob",
      { job_id: "j" },
      [
        ["DELETE", "/v1/jobs/j?dry_run=true", undefined],
        ["GET", "/v1/jobs/j", undefined],
      ],
    ],
  ])("reads as a dry run for %s only what it concerns", async (name, args, expected) => {
    const answers = {
      "POST /v1/explain": {},
      "POST /v1/jobs/bulk": {},
      "DELETE /v1/jobs/j": {},
      "POST /v1/pauses": {},
      "PUT /v1/limits/shop/prd/mail": {},
      "POST /v1/webhooks/shop/prd/w/enable": {},
      "GET /v1/pauses": { pauses: [] },
      "GET /v1/limits": {},
      "GET /v1/webhooks": {},
      "GET /v1/jobs/j": {},
    };
    const { asked, isError, texts } = await calling(answers, name, args);
    expect({ asked, isError }).toEqual({ asked: expected, isError: false });
    expect(JSON.parse(texts[0] ?? "").dry_run).toMatch(/^Nothing was changed\. The same call with this token/);
    expect(JSON.parse(texts[0] ?? "").confirm).toBe(confirmations.issue(name, args));
  });

  it("shows a batch's refusals beside what would be accepted", async () => {
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

  it("is sent once confirmed, and is safe to repeat", async () => {
    const call = confirmed("scheduleJob", { body, wait: 5 });
    const { asked } = await calling({ "POST /v1/jobs": { job_id: "j" } }, "scheduleJob", call);
    const key = `mcp-${call.confirm}`;
    expect(asked).toEqual([["POST", "/v1/jobs?wait=5", { ...body, idempotency_key: key }]]);
    const again = await calling({ "POST /v1/jobs": { job_id: "j" } }, "scheduleJob", call);
    expect(again.asked).toEqual(asked);
    const own = confirmed("scheduleJob", { body: { ...body, idempotency_key: "k" } });
    expect((await calling({ "POST /v1/jobs": {} }, "scheduleJob", own)).asked).toEqual([
      ["POST", "/v1/jobs", own.body],
    ]);
  });

  it("gives each job of a batch a key", async () => {
    const call = confirmed("scheduleJobs", { body: { jobs: [body, { ...body, idempotency_key: "k" }, "no job"] } });
    const { asked } = await calling({ "POST /v1/jobs/batch": {} }, "scheduleJobs", call);
    const jobs = [{ ...body, idempotency_key: `mcp-${call.confirm}-0` }, { ...body, idempotency_key: "k" }, "no job"];
    expect(asked).toEqual([["POST", "/v1/jobs/batch", { jobs }]]);
  });

  it("sends one signal, however often it is repeated", async () => {
    const signal = { product_tag: "shop", env: "prd", signal: "paid", key: "A-1" };
    const answers = { "POST /v1/signals": { signal_id: "s" } };
    const call = confirmed("sendSignal", { body: signal });
    for (const again of [1, 2])
      expect([again, (await calling(answers, "sendSignal", call)).asked]).toEqual([
        again,
        [["POST", "/v1/signals", { ...signal, id: `mcp-${call.confirm}` }]],
      ]);
    const own = confirmed("sendSignal", { body: { ...signal, id: "evt_1" } });
    expect((await calling(answers, "sendSignal", own)).asked).toEqual([["POST", "/v1/signals", own.body]]);
  });

  it("begins one operation, however often it is repeated", async () => {
    const operation = { action: "count", filter: { product_tag: "shop", status: "failed" } };
    const call = confirmed("startOperation", { body: operation });
    const { asked } = await calling({ "POST /v1/operations": { operation_id: "o" } }, "startOperation", call);
    expect(asked).toEqual([["POST", "/v1/operations", { ...operation, idempotency_key: `mcp-${call.confirm}` }]]);
    const own = confirmed("startOperation", { body: { ...operation, idempotency_key: "k" } });
    const again = await calling({ "POST /v1/operations": { operation_id: "o" } }, "startOperation", own);
    expect(again.asked).toEqual([["POST", "/v1/operations", own.body]]);
  });

  it("says if the key may not read what it concerns", async () => {
    const { texts } = await calling(
      { "POST /v1/jobs/j/cancel": {}, "GET /v1/jobs/j": problem(403, "FORBIDDEN", "no") },
      "cancelJob",
      { job_id: "j" },
    );
    expect(JSON.parse(texts[0] ?? "").current_state).toBe("this key may not read it");
  });
});

describe("the tool describeTool", () => {
  it("has all that the list of tools leaves out", async () => {
    const { asked, texts } = await calling({}, "describeTool", { name: "scheduleJob" });
    expect(asked).toEqual([]);
    const { inputSchema, description } = JSON.parse(texts[0] ?? "");
    expect(JSON.stringify(inputSchema)).toContain("device_token");
    expect(description).toMatch(/^Schedule a job\. .*idempotency key/s);
    expect(await calling({}, "describeTool", { name: "nope" })).toMatchObject({ isError: true });
  });
});

describe("a tool's error", () => {
  it("is in the API's words, with its pointers", async () => {
    const refused = problem(400, "INVALID_REQUEST", "The request is not valid.", [
      { pointer: "/event", detail: "is required" },
    ]);
    expect(await calling({ "POST /v1/explain": refused }, "scheduleJob", { body: {} })).toMatchObject({
      isError: true,
      texts: ["INVALID_REQUEST: The request is not valid.\n  /event: is required"],
    });
  });

  it("comes before anything is sent if an argument is wrong", async () => {
    const { asked, texts } = await calling({}, "cancelJob", { id: "j", confirm: true });
    expect(asked).toEqual([]);
    expect(texts).toEqual(["The arguments are not valid.\n  /job_id: is required\n  /id: there is no such argument"]);
  });

  it("leads to no other operation", async () => {
    const call = confirmed("unpinLimit", { product: "..", env: "jobs", name: "j" });
    const { asked, isError } = await calling({}, "unpinLimit", call);
    expect({ asked, isError }).toEqual({ asked: [], isError: true });
  });
});
