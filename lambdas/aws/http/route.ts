import type { Person } from "../../core/access/api-key.ts";
import type { Scopes, Verb } from "../../core/access/scopes.ts";
import type { Job, KeptFields } from "../../core/job/job.ts";
import type { RouteDoc } from "./route-doc.ts";

/** A request as a route sees it. */
export interface HttpRequest {
  /** The request id of API Gateway, which its access log and each of our log lines carry. */
  id: string;
  /** The parsed JSON body of a POST or a PUT; undefined if there is none. */
  body: unknown;
  params: Record<string, string>;
  query: Record<string, string>;
  /** Names are in lower case. */
  headers: Record<string, string | undefined>;
  scopes: Scopes;
  /** The id of the caller's key, or of its IAM identity: waiting requests are counted per caller. */
  caller: string;
  /** The name of the caller's key, for people. Absent for the key that the deployment created, and for an IAM identity. */
  name?: string;
  /** How many requests per second the caller's key may send. Absent: any number. */
  rate?: number;
  /** When the caller's key expires, in epoch milliseconds. Absent: never. */
  expires_at?: number;
  /** Who has signed in to get the key. */
  person?: Person;
  /** What a job that it asks for keeps of it. */
  kept: Pick<KeptFields, "request_id" | "trace" | "made_by" | "made_by_name">;
}

export interface HttpResponse {
  status: number;
  headers?: Record<string, string>;
  /** Absent if there is no content (204). */
  body?: unknown;
  /** The one job that the request was about, for the log. */
  about?: Job;
  /** Whether the caller asked to wait for the job. Such an answer does not count as slow. */
  waited?: boolean;
}

/** What the file of a route exports. */
export interface Endpoint<S> {
  handle: (services: S, request: HttpRequest) => Promise<HttpResponse>;
  /** Called when the OpenAPI document is made. */
  doc: () => RouteDoc;
}

/** An entry of the route table. */
export interface Route<S> {
  /** The `operationId` in the OpenAPI document. */
  id: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** Answers without an API key. */
  open?: boolean;
  /** Whether the route parses the query string. All other routes refuse every parameter. */
  takesQuery?: boolean;
  /** Whether answers have an ETag, so that a caller who asks again costs no answer as long as nothing has changed. GET only. */
  tagged?: boolean;
  /** The scope that a key needs. Absent on open routes, and where any key may call. */
  scope?: Verb;
  endpoint: Endpoint<S>;
}
