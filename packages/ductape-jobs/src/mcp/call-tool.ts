import { randomUUID } from "node:crypto";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { type Api, type Json, pathPart } from "../cli/api.ts";
import { faultText } from "../cli/fault-text.ts";
import { bounded } from "./bounded.ts";
import { type Call, dryRun } from "./dry-run.ts";
import type { Operation } from "./operation.ts";
import type { ApiTool } from "./tools.ts";

/** Calls a tool. What goes wrong is its result, in the API's words, so that the agent can correct itself. Does not reject. */
export async function callTool(
  api: Api,
  tools: readonly ApiTool[],
  { name, arguments: given = {} }: { name: string; arguments?: Json | undefined },
  signal: AbortSignal,
): Promise<CallToolResult> {
  const result = await answerOf(api, tools, name, given, signal).catch(refusal);
  return { ...result, content: result.content.map((one) => withoutKey(one, api.apiKey)) };
}

async function answerOf(api: Api, tools: readonly ApiTool[], name: string, given: Json, signal: AbortSignal) {
  const tool = tools.find((one) => one.tool.name === name);
  if (!tool) throw new Error(`There is no tool "${name}", or the API key lacks its scope.`);
  const { operation, writes } = tool;
  const call = requestOf(tool, given);
  const request: Api["request"] = (method, path, options) => api.request(method, path, { ...options, signal });
  if (writes && given.confirm !== true) return shown(api, await dryRun({ request }, operation, call));
  return shown(api, await send({ request }, operation, call));
}

function send(
  { request }: Pick<Api, "request">,
  { id, method }: Operation,
  { path, query, body }: Call,
): Promise<Json> {
  // With a key of its own, a request whose answer was lost can be sent again.
  const own = id === "scheduleJob" && (body as Json | undefined)?.idempotency_key === undefined;
  const headers = own ? { "idempotency-key": randomUUID() } : {};
  return request(method, path, { query, body, headers, repeatable: method !== "POST" || id === "scheduleJob" });
}

/** The request of a call. Throws an error that names each argument that is missing or unknown. */
function requestOf({ tool, operation }: ApiTool, given: Json): Call {
  const { properties = {}, required = [] } = tool.inputSchema;
  const faults = [
    ...required.filter((name) => given[name] === undefined).map((name) => `  /${name}: is required`),
    ...Object.keys(given)
      .filter((name) => !Object.hasOwn(properties, name))
      .map((name) => `  /${name}: there is no such argument`),
  ];
  if (faults.length > 0) throw new Error(["The arguments are not valid.", ...faults].join("\n"));
  const { parameters, path } = operation;
  const query = parameters.filter((one) => one.in === "query").map(({ name }) => [name, given[name]]);
  return {
    path: path.replace(/\{(\w+)\}/g, (_, name) => pathPart(String(given[name]))),
    query: Object.fromEntries(query),
    body: given.body,
  };
}

function shown(api: Api, answer: Json): CallToolResult {
  const { text, leftOut } = bounded(answer);
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
