import { parse, scan } from "secure-json-parse";
import { requestReviver } from "../kernel/exact-json.ts";

/** The JSON of a request, or in a word why there is none: the same for each way in. */
export type RequestJson = { content: unknown } | { fault: string };

const forbidden = "has a field named __proto__, or constructor with a prototype";

/**
 * Parses JSON that contains a request. Refuses fields that would change a prototype when they are copied. A byte order mark is
 * ignored (RFC 8259, 8.1).
 */
export function requestJson(text: string): RequestJson {
  try {
    return { content: parse(text, requestReviver(text)) };
  } catch (error) {
    return { fault: isOfFields(error) ? forbidden : "is not JSON" };
  }
}

/** The same of what Lambda has parsed already. */
export function parsedRequestJson(content: unknown): RequestJson {
  try {
    if (typeof content === "object" && content !== null) scan(content);
    return { content };
  } catch {
    return { fault: forbidden };
  }
}

const isOfFields = (error: unknown): boolean => (error as Error).message.startsWith("Object contains forbidden");
