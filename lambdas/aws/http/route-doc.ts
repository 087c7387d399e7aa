import type * as z from "zod";
import type { RequestErrorCode } from "../../core/requests/request-error.ts";

/** One success of a route. */
export interface AnswerDoc {
  description: string;
  /** Of the JSON body; absent where there is none. */
  schema?: z.ZodType;
  headers?: Record<string, string>;
  example?: unknown;
}

/** What the OpenAPI document says of a route, next to its handler. Schemas are made when the document is asked for. */
export interface RouteDoc {
  /** The operationId. */
  id: string;
  tag: "jobs" | "catalog" | "service";
  summary: string;
  description?: string;
  /** The scope that a key needs. */
  scope?: "jobs:read" | "jobs:write" | "jobs:admin";
  query?: z.ZodObject;
  /** Request headers that mean something to the route. */
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; optional?: boolean; examples?: Record<string, unknown> };
  answers: Record<number, AnswerDoc>;
  /** Besides those that every route may answer. */
  errors: readonly RequestErrorCode[];
}
