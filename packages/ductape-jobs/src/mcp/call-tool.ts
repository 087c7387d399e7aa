import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { parsedJson } from "../../../../lambdas/core/kernel/parsed-json.ts";
import { type Api, type Json, pathPart } from "../cli/api.ts";
import { faultText } from "../cli/fault-text.ts";
import { bounded } from "./bounded.ts";
import type { Confirmations } from "./confirmations.ts";
import { type Call, dryRun } from "./dry-run.ts";
import { meantCall } from "./more.ts";
import type { Operation } from "./operation.ts";
import { isObject } from "./schema.ts";
import { type ApiTool, describeTool } from "./tools.ts";

/** What a server has. */
interface Serving {
  api: Api;
  tools: readonly ApiTool[];
  confirmations: Confirmations;
}

/** Calls a tool. What goes wrong is its result, in the API's words, so that the agent can correct itself. Does not reject. */
export async function callTool(
  serving: Serving,
  { name, arguments: given = {} }: { name: string; arguments?: Json | undefined },
  signal: AbortSignal,
): Promise<CallToolResult> {
  const result = await answerOf(serving, name, given, signal).catch(refusal);
  const content = result.content.map((one) => withoutKey(one, serving.api.apiKey));
  return { ...result, content, ...(!result.isError && structured(content)) };
}

/** The answer as programs take it, unless so much was cut from it that it is no whole JSON. */
function structured([first]: CallToolResult["content"]): Pick<CallToolResult, "structuredContent"> {
  const answer = first?.type === "text" ? parsedJson(first.text) : undefined;
  return isObject(answer) ? { structuredContent: answer } : {};
}

async function answerOf({ api, tools, confirmations }: Serving, asked: string, args: Json, signal: AbortSignal) {
  const { name, given } = meantCall(tools, { name: asked, given: args });
  // Whole, since what is cut from a schema would mislead.
  if (name === describeTool.name) return shown(api, described(tools, String(given.name)), Number.POSITIVE_INFINITY);
  const tool = toolOf(tools, name);
  const { operation, writes } = tool;
  const call = requestOf(tool, given);
  const request: Api["request"] = (method, path, options) => api.request(method, path, { ...options, signal });
  const token = given.confirm ?? undefined;
  if (!writes) return shown(api, await send({ request }, operation, call));
  if (token === undefined)
    return shown(api, await dryRun({ request }, operation, call, confirmations.issue(name, given)));
  if (!confirmations.confirms(token, name, given)) throw new Error(notConfirmed);
  return shown(api, await send({ request }, operation, withKeys(operation, call, String(token))));
}

const notConfirmed =
  "confirm is not the token of a dry run of this call with these arguments, within the last 15 minutes. Call it without confirm, show the user what the answer says, and confirm with its token once the user has agreed.";

function toolOf(tools: readonly ApiTool[], name: string): ApiTool {
  const tool = tools.find((one) => one.tool.name === name);
  if (!tool) throw new Error(`There is no tool "${name}", or the API key lacks its scope.`);
  return tool;
}

function described(tools: readonly ApiTool[], name: string): Json {
  const { operation, whole } = toolOf(tools, name);
  return { name, description: `${operation.summary}. ${operation.description}`.trim(), inputSchema: whole };
}

/** What is made has the name of its token, and a search changes nothing. */
const repeatablePosts = ["scheduleJob", "scheduleJobs", "sendSignal", "startOperation", "findSealedJobs"];

const send = (
  { request }: Pick<Api, "request">,
  { id, method }: Operation,
  { path, query, body }: Call,
): Promise<Json> =>
  request(method, path, { query, body, repeatable: method !== "POST" || repeatablePosts.includes(id) });

/** The field that names what a request makes, so that the same request makes no second one. */
const nameFields: Readonly<Record<string, string>> = {
  scheduleJob: "idempotency_key",
  startOperation: "idempotency_key",
  sendSignal: "id",
};

/** Requests that name what they make by the token: an agent that has lost an answer and repeats its call makes no second job or message. */
function withKeys({ id }: Operation, call: Call, token: string): Call {
  const named = (body: unknown, field: string, name: string) => (isObject(body) ? { [field]: name, ...body } : body);
  const field = nameFields[id];
  if (field !== undefined) return { ...call, body: named(call.body, field, `mcp-${token}`) };
  const { jobs } = (call.body ?? {}) as { jobs?: unknown };
  if (id !== "scheduleJobs" || !Array.isArray(jobs)) return call;
  const each = jobs.map((job, i) => named(job, "idempotency_key", `mcp-${token}-${i}`));
  return { ...call, body: { ...(call.body as Json), jobs: each } };
}

/** The request of a call. Throws an error that names each argument that is missing or unknown. */
function requestOf({ whole, operation }: ApiTool, given: Json): Call {
  const { properties, required } = whole;
  const faults = [
    ...required.filter((name) => given[name] === undefined).map((name) => `  /${name}: is required`),
    ...Object.keys(given)
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => `  /${name}: there is no such argument`),
  ];
  if (faults.length > 0) throw new Error(["The arguments are not valid.", ...faults].join("\n"));
  const { parameters, path } = operation;
  const query = parameters
    .filter((one) => one.in === "query" && one.name in properties)
    .map(({ name }) => [name, given[name]]);
  return {
    path: path.replace(/\{(\w+)\}/g, (_, name) => pathPart(String(given[name]))),
    query: Object.fromEntries(query),
    body: given.body,
  };
}

function shown(api: Api, answer: Json, most?: number): CallToolResult {
  const { text, leftOut } = bounded(answer, most);
  const notes = [`The API's clock: ${new Date(api.now()).toISOString()} (${api.now()}).`, ...leftOut];
  return { content: [text, notes.join("\n")].map((text) => ({ type: "text", text })) };
}

const refusal = (error: unknown): CallToolResult => {
  const { code } = error as { code?: unknown };
  const text = faultText(error, {});
  return { isError: true, content: [{ type: "text", text: typeof code === "string" ? `${code}: ${text}` : text }] };
};

/** A key that somebody has put into a job's data does not reach the agent through us either. */
const withoutKey = (one: CallToolResult["content"][number], key: string): CallToolResult["content"][number] =>
  one.type === "text" ? { ...one, text: one.text.replaceAll(key, "[key]") } : one;
