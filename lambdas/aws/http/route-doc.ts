import type * as z from "zod";
import type { RequestErrorCode } from "../../core/kernel/request-error.ts";

/** A successful answer of a route. */
export interface AnswerDoc {
  description: string;
  /** The schema of the JSON body; absent if there is no body. */
  schema?: z.ZodType;
  headers?: Record<string, string>;
  example?: unknown;
}

/** The documentation of a route in OpenAPI. It is in the file of the handler, and is created only for the document. */
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
