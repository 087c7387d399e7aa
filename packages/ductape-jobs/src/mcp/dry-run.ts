import type { Api, Json } from "../cli/api.ts";
import type { Operation } from "./operation.ts";
import { dryRunParameter } from "./tools.ts";

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
 * What a write would do, without doing it, as far as the API can say: what a request for a job leads to, the jobs that a change would
 * change and what it would make of them. Of any other write, the current state of what it concerns. Rejects where the API would
 * refuse the write. `token` is what confirms it.
 */
export async function dryRun(api: Reader, operation: Operation, call: Call, token: string): Promise<Json> {
  const { id, method, summary, parameters } = operation;
  const plan = {
    dry_run: `Nothing was changed. The same call with this token as confirm sends ${method} ${call.path}: ${summary.toLowerCase()}.`,
    confirm: token,
  };
  if (id === "scheduleJob") return { ...plan, explanation: await explained(api, call.body) };
  if (id === "scheduleJobs") return { ...plan, ...(await explainedAll(api, call.body)) };
  const asked = { ...plan, ...(call.body !== undefined && { body: call.body }) };
  if (!parameters.some(({ name }) => name === dryRunParameter))
    return { ...asked, current_state: await stateOf(api, call) };
  const query = { ...call.query, [dryRunParameter]: true };
  const outcome = await api.request(method, call.path, { query, body: call.body, repeatable: true });
  if (id === "changeJobs") return { ...asked, ...countOf(outcome), ...outcome };
  return { ...asked, current_state: await stateOf(api, call), ...(method !== "DELETE" && { would_be: outcome }) };
}

/** An agent is to tell its user how many jobs it is about, and that there may be more. */
function countOf({ succeeded, failed, next_cursor }: Json): Json {
  const more = next_cursor === undefined ? "" : ", and more jobs may match: repeat the call with `cursor`";
  return { would_change_count: `${succeeded} would be changed, ${failed} would be refused${more}` };
}

/** Without the tables that say how the cost is made up, which are most of the answer. */
async function explained(api: Reader, body: unknown): Promise<Json> {
  const { estimated_cost, ...answer } = await api.request("POST", "/v1/explain", {
    body: body ?? {},
    repeatable: true,
  });
  if (estimated_cost === undefined) return answer;
  return { ...answer, usd_per_million: (estimated_cost as Json).usd_per_million };
}

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

/** Where to read what a write concerns, by the first part of its path and the others. */
const places: Readonly<Record<string, (rest: readonly string[], body: Json) => Place | undefined>> = {
  jobs: ([id = ""]) => ownPlace("jobs", [id]),
  pauses: ([id], { product_tag }) => ({ path: "/v1/pauses", query: { product_tag: textOf(product_tag) }, only: id }),
  limits: ([product_tag, env, name]) => ({ path: "/v1/limits", query: { product_tag, env, name } }),
  incidents: ([product = "", env = "", id = ""]) => ownPlace("incidents", [product, env, id]),
  operations: ([id]) => (id === undefined ? undefined : ownPlace("operations", [id])),
  hooks: (rest) => deliveryPlace("hooks", rest),
  webhooks: (rest) =>
    deliveryPlace("webhooks", rest) ?? { path: "/v1/webhooks", query: { product_tag: rest[0], env: rest[1] } },
};

function placeOf(path: string, body: Json): Place | undefined {
  const [, , section = "", ...rest] = path.split("/").map(decodeURIComponent);
  return places[section]?.(rest, body);
}

const ownPlace = (section: string, parts: readonly string[]): Place => ({
  path: `/v1/${[section, ...parts.map((part) => encodeURIComponent(part))].join("/")}`,
  query: {},
});

/** A delivery to a hook or of a webhook: `{product}/{env}/{name}/deliveries/{id}`. */
const deliveryPlace = (section: string, rest: readonly string[]): Place | undefined =>
  rest[3] === "deliveries" ? ownPlace(section, rest.slice(0, 5)) : undefined;

const textOf = (value: unknown): string | undefined =>
  Array.isArray(value) ? value.join(",") : value === undefined ? undefined : String(value);
