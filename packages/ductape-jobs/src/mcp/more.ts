import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import type { Json } from "../cli/api.ts";
import { isObject } from "./schema.ts";
import { type ApiTool, confirm } from "./tools.ts";

/** A call of a tool by its name. */
export interface Named {
  name: string;
  given: Json;
}

/**
 * The tools that call those which the list only names. Reading and changing are apart, since an agent's program asks its user by what a
 * tool may do.
 */
const kinds = [
  {
    name: "readMore",
    writes: false,
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: "changeMore",
    writes: true,
    // As the worst of them: jobs are deleted, and others run again.
    annotations: { destructiveHint: true, idempotentHint: false, openWorldHint: true },
  },
] as const;

/** Those of a key that may call something by them. */
export const moreTools = (tools: readonly ApiTool[]): Tool[] =>
  kinds.flatMap(({ name, writes, annotations }) => {
    const names = tools.filter((one) => !one.isListed && one.writes === writes).map(({ tool }) => tool.name);
    if (names.length === 0) return [];
    return {
      name,
      description: `Calls a tool that is not listed; describeTool has its arguments: ${names.join(", ")}.`,
      inputSchema: {
        type: "object",
        properties: {
          name: { type: "string" },
          arguments: { type: "object" },
          ...(writes && { confirm }),
        },
        required: ["name"],
        additionalProperties: false,
      },
      annotations,
    };
  });

/** The call that is meant. Throws where one of these tools is asked for what the other one calls, or for a tool of the list. */
export function meantCall(tools: readonly ApiTool[], { name, given }: Named): Named {
  const kind = kinds.find((one) => one.name === name);
  if (!kind) return { name, given };
  const meant = String(given.name);
  const found = tools.find(({ tool, isListed }) => tool.name === meant && !isListed);
  if (found?.writes !== kind.writes)
    throw new Error(
      `${name} calls no tool "${meant}", or the API key lacks its scope: its description names those that it calls.`,
    );
  const { arguments: own = {}, confirm: token } = given;
  if (!isObject(own)) throw new Error("The arguments are not valid.\n  /arguments: an object");
  return { name: meant, given: { ...own, ...(token !== undefined && { confirm: token }) } };
}
