import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { allScopes, type Scopes } from "../../lambdas/core/access/scopes.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { jobStatuses } from "../../lambdas/core/kernel/job-status.ts";
import { encodeCursor } from "../../lambdas/core/queries/cursor.ts";
import { productView } from "../../lambdas/core/queries/product-view.ts";
import type { Random } from "../simulation/random.ts";
import { catalog } from "../support/catalog/catalog.ts";
import { document } from "../support/documented.ts";
import { respell } from "../support/ductape/respell.ts";
import { httpEvent } from "../support/http-event.ts";
import { sampleRequests } from "../support/sample-requests.ts";
import { fromSchema } from "./from-schema.ts";
import { damaged, mutated, oddStrings, oddValue } from "./values.ts";

/** What a generator may know about the world that it sends requests to. */
export interface Known {
  jobIds: readonly string[];
  cursors: readonly string[];
}

const scheduling = routes.filter(({ id }) => id === "scheduleJob");
const product = catalog.products[0];
if (!product) throw new Error("the catalog is empty");
const { events } = productView(product, catalog, allScopes) ?? { events: [] };

/** One request to the API, as API Gateway passes it on; most are nearly valid. */
export function request(random: Random, known: Known): APIGatewayProxyEventV2 {
  const route = random.pick(random.chance(0.3) ? scheduling : routes);
  const method = random.chance(0.93)
    ? route.method
    : random.pick(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "", "get"]);
  const path = pathOf(random, route.path, known);
  const body = route.method === "POST" || random.chance(0.05) ? bodyOf(random, route.path) : undefined;
  const query = random.chance(route.path in takenQueries ? 0.6 : 0.05) ? queryOf(random, route.path, known) : undefined;
  const event = httpEvent({
    method,
    path,
    ...(query && { query }),
    headers: headersOf(random),
    ...(body !== undefined && { body }),
    scopes: scopesOf(random),
  });
  if (event.body === undefined || random.chance(0.9)) return event;
  const bytes = random.chance(0.5)
    ? Buffer.from(event.body)
    : Buffer.from(Array.from({ length: random.int(0, 200) }, () => random.int(0, 255)));
  return { ...event, body: bytes.toString("base64"), isBase64Encoded: true };
}

function pathOf(random: Random, path: string, { jobIds }: Known): string {
  if (random.chance(0.03)) return `/${random.pick(oddStrings)}${random.pick(["", path, "/v1", "x".repeat(9000)])}`;
  const id =
    random.chance(0.9) && jobIds.length > 0
      ? random.pick(jobIds)
      : random.pick([...oddStrings.filter(Boolean), "job_0"]);
  const named = (name: string) => (random.chance(0.8) ? name : random.pick(oddStrings));
  const filled = path
    .replace("{id}", id)
    .replace("{tag}", named("my-product"))
    .replace("{product}/{env}/{hook}", () => ["my-product", "prd", "payments"].map(named).join("/"))
    .replace("{product}/{env}/{webhook}", () => ["my-product", "prd", "orders"].map(named).join("/"));
  if (random.chance(0.03))
    return random.pick([
      `${filled}/`,
      `/${filled}`,
      filled.toUpperCase(),
      encodeURI(filled.toWellFormed()),
      `${filled}/x`,
    ]);
  return filled;
}

function bodyOf(random: Random, path: string): unknown {
  const value = validBody(random, path);
  const dice = random.next();
  if (dice < 0.45) return value;
  if (dice < 0.8) return mutated(random, value);
  if (dice < 0.9) return damaged(random, JSON.stringify(value));
  if (dice < 0.93) return "";
  if (dice < 0.94) return `"${"x".repeat(random.pick([100_000, 4_399_990, 4_400_001]))}"`;
  return JSON.stringify(oddValue(random));
}

function validBody(random: Random, path: string): unknown {
  if (path === "/v1/jobs" || path === "/v1/explain") return anySpelling(random);
  if (path === "/v1/jobs/batch")
    return {
      jobs: Array.from({ length: random.pick([0, 1, 2, 5, 100, 101]) }, () =>
        random.chance(0.9) ? anySpelling(random) : oddValue(random),
      ),
    };
  const content = document.paths[path]?.post?.requestBody as
    | { content: Record<string, { schema: object }> }
    | undefined;
  const value = content ? fromSchema(random, content.content["application/json"]?.schema as never) : {};
  return withNames(random, value);
}

/** Names from the catalog, for schemas that require no more than a name. */
function withNames(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.05)) return value;
  const named = value as Record<string, unknown>;
  if ("filter" in named) return { ...named, filter: withNames(random, named.filter) };
  if (!("product_tag" in named)) return value;
  return { ...named, product_tag: "my-product", ...("env" in named && { env: random.pick(["dev", "prd"]) }) };
}

/** A request, every third time as a caller of Ductape may write it. */
function anySpelling(random: Random): unknown {
  const request = jobRequest(random);
  return random.chance(0.3) ? respell(random, request) : request;
}

/** Half of them are written by hand and valid; the other half follow the schemas, which require less than the checks do. */
function jobRequest(random: Random): Record<string, unknown> {
  const event = random.pick(events);
  const place = { product_tag: "my-product", env: random.pick(["dev", "prd"]), event: event.tag };
  const sample = Object.values(sampleRequests).find((one) => one.event === event.tag);
  if (sample && random.chance(0.5)) {
    return {
      ...place,
      input: random.pick(sample.good),
      start_at: random.pick([
        0,
        1,
        1_893_499_260,
        1_893_499_200_500,
        "2030-01-01T13:00:00Z",
        "2031-07-01T00:00:00+02:00",
      ]),
      ...(random.chance(0.2) && { labels: ["a", random.pick(oddStrings)] }),
      ...(random.chance(0.2) && { repeat: series(random) }),
      ...(random.chance(0.2) && { idempotency_key: random.pick(["k1", "k2", ...oddStrings]) }),
      ...(random.chance(0.1) && { retries: random.int(0, 21), timeout_ms: random.pick([100, 5000, 1e9]) }),
    };
  }
  const schema = document.components.schemas.JobRequest as never;
  const { repeat, expires_at, app, ...rest } = fromSchema(random, schema) as Record<string, unknown>;
  return {
    ...rest,
    ...place,
    input: fromSchema(random, event.input),
    ...(random.chance(0.1) && { app, expires_at }),
    ...(repeat !== undefined && { repeat: random.chance(0.5) ? series(random) : repeat }),
  };
}

const series = (random: Random) => ({
  ...(random.chance(0.5)
    ? {
        cron: random.pick([
          "* * * * *",
          "0 9 * * MON-FRI",
          "30 2 * * *",
          "*/10 * * * * *",
          "0 0 29 2 *",
          "0 0 30 2 *",
          "x",
        ]),
        tz: random.pick(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Mars/X"]),
      }
    : { every: random.pick([999, 1000, 60_000, 1e12]) }),
  ...(random.chance(0.3) && { limit: random.pick([0, 1, 3]) }),
  ...(random.chance(0.3) && { end_date: random.pick([0, 1_893_499_300, "2035-01-01T00:00:00Z"]) }),
});

/** The parameters of each route; any other parameter is unknown to it. */
const takenQueries: Record<string, string[]> = {
  "/v1/stats": ["product_tag", "env", "from", "to"],
  "/v1/audit": ["product_tag", "env", "action", "actor", "target", "from", "to", "limit", "cursor"],
  "/v1/webhooks": ["product_tag", "env"],
  "/v1/webhooks/{product}/{env}/{webhook}/deliveries": ["limit", "cursor"],
  "/v1/hooks/{product}/{env}/{hook}/deliveries": ["limit", "cursor"],
  "/v1/errors": ["product_tag", "env", "from", "to", "limit", "cursor"],
  "/v1/stats/upcoming": ["product_tag", "env", "minutes"],
  "/v1/forecast": ["product_tag", "env", "hours", "limit"],
  "/v1/costs": ["product_tag", "env", "month", "from", "to", "by"],
  "/v1/jobs": [
    "product_tag",
    "env",
    "status",
    "type",
    "event",
    "label",
    "from",
    "to",
    "order",
    "limit",
    "cursor",
    "wait",
  ],
  "/v1/find": ["product_tag", "env", "q", "field", "status", "from", "to", "limit", "cursor"],
  "/v1/series": ["product_tag", "env", "status", "limit", "cursor"],
  "/v1/jobs/{id}": ["wait"],
  "/v1/jobs/{id}/runs": ["limit", "cursor"],
  "/v1/operations": ["product_tag", "limit", "cursor"],
  "/v1/operations/{id}/not-changed": ["limit", "cursor"],
};

function queryOf(random: Random, path: string, { cursors }: Known): Record<string, string> {
  const all: Record<string, readonly string[]> = {
    product_tag: ["my-product"],
    env: ["dev", "prd"],
    status: [...jobStatuses, "queued,failed", "scheduled,scheduled", jobStatuses.join(",")],
    type: [...jobTypes, "action,feature"],
    event: events.map(({ tag }) => tag),
    label: ["a", "x,y"],
    from: ["0", "1893499200", "1893499200000", "2030-01-01T00:00:00Z", "0.5"],
    to: ["1893499300", "1993499200000", "2030-01-01T13:00:00+01:00", "9007199254740993"],
    order: ["asc", "desc"],
    limit: ["1", "20", "100", "0", "101", "1e1", "5,5"],
    cursor: [...cursors, ""],
    minutes: ["1", "60", "1440", "0", "1441", "1e1"],
    hours: ["1", "24", "0", "25"],
    wait: ["0", "1", "25", "26", "1,1", "abc"],
  };
  const names = takenQueries[path] ?? Object.keys(all);
  const isNeeded = path === "/v1/stats";
  const chosen = names.filter((name) => (isNeeded && name.length > 2 ? random.chance(0.9) : random.chance(0.25)));
  const query = Object.fromEntries(
    chosen.map((name) => [name, random.chance(0.9) ? random.pick(all[name] ?? [""]) : random.pick(oddStrings)]),
  );
  if (random.chance(0.1)) query.cursor = forgedCursor(random, query);
  if (random.chance(0.05)) query[random.pick(oddStrings)] = random.pick(oddStrings);
  return query;
}

/** A cursor sealed like ours for a position that no list has, or one that is not sealed. */
function forgedCursor(random: Random, query: Record<string, string>): string {
  const position = random.pick([
    {
      time: random.pick([0, 8.64e15, 2 ** 53, -1, 0.5, 1e300]),
      id: random.pick([`job_${"f".repeat(32)}`, `job_${"0".repeat(32)}`, "x"]),
    },
    random.pick([0, 1, 5, 9_999_999_999, 1e10, -1, 2 ** 53]),
    oddValue(random),
  ]);
  const sealed = encodeCursor(
    position,
    random.pick([{ ...query, order: "desc" }, { order: "desc" }, { runs_of: "x" }, query]),
  );
  return random.chance(0.5) ? sealed : damaged(random, sealed);
}

function headersOf(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  if (random.chance(0.06))
    headers["content-type"] = random.pick([
      "",
      "text/plain",
      "application/json; charset=utf-16",
      "application/vnd.x+json",
      "APPLICATION/JSON",
      "multipart/form-data",
      "application/json;;;",
    ]);
  if (random.chance(0.02)) headers["content-encoding"] = random.pick(["gzip", "identity", "br, gzip"]);
  if (random.chance(0.15))
    headers.prefer = random.pick([
      "wait=1",
      "respond-async",
      "respond-async, wait=2",
      "wait=-1",
      'wait="3',
      ",",
      ";=,",
      "wait=99999999",
    ]);
  if (random.chance(0.15)) headers["idempotency-key"] = random.pick(["k1", "k2", "k3", ...oddStrings]);
  if (random.chance(0.03))
    headers[random.pick(["x-forwarded-for", "Accept", "cookie", "__proto__", "constructor"])] = random.pick(oddStrings);
  return headers;
}

const narrow: Scopes[] = [
  { products: ["my-product"], envs: ["dev"], verbs: ["jobs:read"] },
  { products: ["other"], envs: ["*"], verbs: ["jobs:admin"] },
  { products: ["*"], envs: ["prd"], verbs: ["jobs:write"] },
  { products: [], envs: [], verbs: [] },
];
const scopesOf = (random: Random): Scopes | null => (random.chance(0.9) ? allScopes : random.pick([...narrow, null]));
