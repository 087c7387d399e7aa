import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Json } from "../cli/api.ts";
import { brief, firstSentence } from "./brief.ts";
import { effectsOf } from "./effects.ts";
import { type OpenApi, type Operation, operationsOf } from "./operation.ts";
import { standalone } from "./schema.ts";

/** A tool, and the operation that it calls. */
export interface ApiTool {
  tool: Tool;
  operation: Operation;
  /** Whether it changes something, and so is a dry run unless it is confirmed. */
  writes: boolean;
  /** Whether the list has it. Others are named there. */
  isListed: boolean;
  /** All that the API's document says of the arguments; the tool in the list has the short of it. */
  whole: InputSchema;
}

interface InputSchema {
  type: "object";
  properties: Record<string, object>;
  required: string[];
  additionalProperties: false;
}

/** Documents, which are large and of no use to an agent that has the tools, and the dry run of scheduleJob, which that makes itself. */
const leftOut = ["getOpenApi", "getEvents", "explainJob"];

/** What the list of tools has no room for: it names them (`more.ts`), and describeTool says the rest. */
const furtherTools = [
  ...["findJobs", "findSealedJobs", "listAudit", "createUpload", "clearCache"],
  ...["getHome", "getActive", "getForecast", "getCosts", "getJobCost"],
  ...["listIncidents", "getIncident", "resolveIncident", "ignoreIncident", "reopenIncident"],
  ...["startOperation", "listOperations", "getOperation", "listOperationJobs"],
  ...["pauseOperation", "continueOperation", "stopOperation", "changeOperationRate"],
  ...["listHooks", "listHookDeliveries", "getHookDelivery", "replayHookDelivery"],
  ...["listWebhooks", "enableWebhook"],
  ...["listWebhookDeliveries", "getWebhookDelivery", "resendWebhookDelivery"],
];

/** It reads, and is a POST so that a value stands in no address. */
const readsByPost = ["findSealedJobs"];

/** A parameter of the API that the confirmation stands for. */
export const dryRunParameter = "dry_run";

/** A request may ask for a dry run in its body too. */
function withoutDryRun(schema: Json): Json {
  const { [dryRunParameter]: _, ...properties } = (schema.properties ?? {}) as Json;
  return schema.properties === undefined ? schema : { ...schema, properties };
}

/** Conditions on values, for which there is no room: findJobs takes a value. */
const isOfWhere = (name: string): boolean => ["where", "created_from", "created_to"].includes(name);

export const confirm = { type: "string", description: "From its dry run." };

/** Says all of a tool that the list has the short of. */
export const describeTool: Tool = {
  name: "describeTool",
  description: "What a tool does, and the whole schema of its arguments.",
  inputSchema: {
    type: "object",
    properties: { name: { type: "string" } },
    required: ["name"],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

/** The tools for the operations that a key with these verbs may call. */
export const toolsOf = (document: OpenApi, verbs: readonly string[]): ApiTool[] =>
  operationsOf(document)
    .filter(({ id, scope }) => !leftOut.includes(id) && (scope === undefined || verbs.includes(scope)))
    .map((operation) => toolOf(operation, document.components.schemas));

function toolOf(operation: Operation, components: Record<string, Json>): ApiTool {
  const { id, method, summary, description } = operation;
  const writes = method !== "GET" && !readsByPost.includes(id);
  const whole = inputSchemaOf(operation, components, writes);
  const properties = Object.entries(whole.properties).map(([name, schema]) => [name, briefArgument(schema as Json)]);
  return {
    operation,
    writes,
    isListed: !furtherTools.includes(id),
    whole,
    tool: {
      name: id,
      description: [`${summary}.`, description && firstSentence(description)].filter(Boolean).join(" "),
      inputSchema: {
        type: "object",
        properties: Object.fromEntries(properties),
        ...(whole.required.length > 0 && { required: whole.required }),
      },
      annotations: writes ? effectsOf[id] : { readOnlyHint: true, openWorldHint: false },
    },
  };
}

/** The input of a job depends on its event, and getProduct has the schema of each. */
const inputOfEvent = { type: "object", description: "As getProduct says of the event." };

function briefArgument(schema: Json): Json {
  const short = brief(schema);
  const { input } = (short.properties ?? {}) as Json;
  return input === undefined ? short : { ...short, properties: { ...(short.properties as Json), input: inputOfEvent } };
}

function inputSchemaOf(
  { id, parameters, body }: Operation,
  components: Record<string, Json>,
  writes: boolean,
): InputSchema {
  const request = { type: "object", description: "A request as the `body` of scheduleJob." };
  const replace = (name: string) => (id !== "scheduleJob" && name === "JobRequest" ? request : undefined);
  const isEmpty = body !== undefined && Object.keys((body.schema.properties as object) ?? { any: 1 }).length === 0;
  const takesBody = body !== undefined && !isEmpty;
  const own = parameters.filter(({ name }) => name !== dryRunParameter && !isOfWhere(name));
  const required = own.filter((one) => one.required).map(({ name }) => name);
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(own.map(({ name, schema }) => [name, standalone(schema, components)])),
      ...(takesBody && { body: withoutDryRun(standalone(body.schema, components, replace)) }),
      ...(writes && { confirm }),
    },
    required: takesBody && body.required ? [...required, "body"] : required,
    additionalProperties: false,
  };
}
