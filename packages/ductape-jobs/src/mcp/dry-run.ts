import type { Api, Json } from "../cli/api.ts";
import type { Operation } from "./operation.ts";

/** What a tool was called with, in the places of the request. */
export interface Call {
  path: string;
  query: Record<string, string | number | boolean | undefined>;
  body: unknown;
}

type Reader = Pick<Api, "request">;

/** Jobs of a batch that are explained: each is a request. */
const mostExplained = 10;

/**
 * What a write would do, without doing it: for scheduling what the API says that the request leads to, for any other write a sentence
 * and the current state of what it concerns. Rejects where the API would refuse it already for that.
 */
export async function dryRun(api: Reader, operation: Operation, call: Call): Promise<Json> {
  const { id, method, summary } = operation;
  const plan = {
    dry_run: `Nothing was changed. With confirm: true, ${method} ${call.path} is sent: ${summary.toLowerCase()}.`,
  };
  if (id === "scheduleJob") return { ...plan, explanation: await explained(api, call.body) };
  if (id === "scheduleJobs") return { ...plan, ...(await explainedAll(api, call.body)) };
  return { ...plan, ...(call.body !== undefined && { body: call.body }), current_state: await stateOf(api, call) };
}

const explained = (api: Reader, body: unknown) =>
  api.request("POST", "/v1/explain", { body: body ?? {}, repeatable: true });

async function explainedAll(api: Reader, body: unknown): Promise<Json> {
  const { jobs } = (body ?? {}) as { jobs?: unknown };
  const all = Array.isArray(jobs) ? jobs : [];
  const explanations = await Promise.all(
    all
      .slice(0, mostExplained)
      .map((job) =>
        explained(api, job).catch((error: Error & { code?: string }) => ({ code: error.code, refused: error.message })),
      ),
  );
  const rest = all.length - explanations.length;
  return { jobs: all.length, explanations, ...(rest > 0 && { not_explained: `${rest} further jobs` }) };
}

/** What a write concerns, as it is now. Where the key may not read it, that is said instead. */
async function stateOf(api: Reader, { path, body }: Call): Promise<unknown> {
  const place = placeOf(path, (body ?? {}) as Json);
  if (place === undefined) return "nothing that exists is changed";
  try {
    const state = await api.request("GET", place.path, { query: place.query });
    return place.only === undefined ? state : pauseIn(state, place.only);
  } catch (error) {
    if ((error as Error).name === "PermissionError") return "this key may not read it";
    throw error;
  }
}

function pauseIn({ pauses }: Json, id: string): unknown {
  return (pauses as { id: string }[]).find((pause) => pause.id === id) ?? "there is no such pause";
}

interface Place {
  path: string;
  /** The pause of a list that is meant. */
  only?: string | undefined;
  query: Record<string, string | undefined>;
}

/** Where to read what a write concerns. */
function placeOf(path: string, body: Json): Place | undefined {
  const [, , section, ...rest] = path.split("/").map(decodeURIComponent);
  const [first = "", second] = rest;
  if (section === "jobs" && first === "bulk") return { path: "/v1/jobs", query: filterOf(body.filter) };
  if (section === "jobs") return { path: `/v1/jobs/${encodeURIComponent(first)}`, query: {} };
  if (section === "pauses")
    return { path: "/v1/pauses", query: { product_tag: textOf(body.product_tag) }, only: first || undefined };
  if (section === "limits") return { path: "/v1/limits", query: { product_tag: first, env: second, name: rest[2] } };
  if (section === "webhooks") return { path: "/v1/webhooks", query: { product_tag: first, env: second } };
  return undefined;
}

const textOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? value.join(",") : value === undefined ? undefined : String(value);

const filterOf = (filter: unknown): Place["query"] =>
  Object.fromEntries(Object.entries((filter ?? {}) as Json).map(([name, value]) => [name, textOf(value)]));
