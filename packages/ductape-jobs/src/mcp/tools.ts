import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Json } from "../cli/api.ts";
import { type OpenApi, type Operation, operationsOf } from "./operation.ts";
import { standalone } from "./schema.ts";

/** A tool, and the operation that it calls. */
export interface ApiTool {
  tool: Tool;
  operation: Operation;
  /** Whether it changes something, and so is a dry run unless it is confirmed. */
  writes: boolean;
}

/** Documents, which are large and of no use to an agent that has the tools; and the dry run of scheduleJob, which that makes itself. */
const leftOut = ["getOpenApi", "getEvents", "explainJob"];

const confirm = {
  type: "boolean",
  default: false,
  description:
    "Without it this is a dry run: nothing is changed, and the answer says what would be. Set it to true only once the user has agreed to exactly this call.",
};

/** The tools for the operations that a key with these verbs may call. */
export const toolsOf = (document: OpenApi, verbs: readonly string[]): ApiTool[] =>
  operationsOf(document)
    .filter(({ id, scope }) => !leftOut.includes(id) && (scope === undefined || verbs.includes(scope)))
    .map((operation) => toolOf(operation, document.components.schemas));

function toolOf(operation: Operation, components: Record<string, Json>): ApiTool {
  const { id, method, summary, description } = operation;
  const writes = method !== "GET";
  const says = [
    `${summary}.`,
    description,
    writes && "A dry run unless `confirm` is true.",
    "Times are epoch milliseconds.",
  ];
  return {
    operation,
    writes,
    tool: {
      name: id,
      title: summary,
      description: says.filter(Boolean).join(" "),
      inputSchema: inputSchemaOf(operation, components, writes),
      annotations: {
        readOnlyHint: !writes,
        // Scheduling adds, and everything else that writes may end or change what is there.
        destructiveHint: writes && !/^(schedule|createUpload)/.test(id),
        idempotentHint: method !== "POST",
        openWorldHint: false,
      },
    },
  };
}

function inputSchemaOf({ id, parameters, body }: Operation, components: Record<string, Json>, writes: boolean) {
  const request = { type: "object", description: "A request as the `body` of scheduleJob." };
  const replace = (name: string) => (id !== "scheduleJob" && name === "JobRequest" ? request : undefined);
  const isEmpty = body !== undefined && Object.keys((body.schema.properties as object) ?? { any: 1 }).length === 0;
  const takesBody = body !== undefined && !isEmpty;
  const required = [...parameters.filter((one) => one.required).map(({ name }) => name)];
  return {
    type: "object" as const,
    properties: {
      ...Object.fromEntries(parameters.map(({ name, schema }) => [name, standalone(schema, components)])),
      ...(takesBody && { body: standalone(body.schema, components, replace) }),
      ...(writes && { confirm }),
    } as Record<string, object>,
    required: takesBody && body.required ? [...required, "body"] : required,
    additionalProperties: false,
  };
}
