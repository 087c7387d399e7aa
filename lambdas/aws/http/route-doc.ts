import type * as z from "zod";
import type { RequestErrorCode } from "../../core/requests/request-error.ts";

/** A successful answer of a route. */
export interface AnswerDoc {
  description: string;
  /** The schema of the JSON body; absent where there is no body. */
  schema?: z.ZodType;
  headers?: Record<string, string>;
  example?: unknown;
}

/** What the OpenAPI document says about a route. It stands beside the handler, and is made only with the document. */
export interface RouteDoc {
  tag: "jobs" | "catalog" | "service";
  summary: string;
  description?: string;
  query?: z.ZodObject;
  /** The request headers that the route reads. */
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; optional?: boolean; examples?: Record<string, unknown> };
  answers: Record<number, AnswerDoc>;
  /** The error codes of this route, besides those that every route may answer. */
  errors: readonly RequestErrorCode[];
}
