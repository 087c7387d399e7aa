import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { listedTenantsOf } from "../../core/access/tenants.ts";
import { monthOf } from "../../core/job/spending.ts";
import { defined } from "../../core/kernel/defined.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import { epochMs } from "../../core/kernel/start-time.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { costs } from "../../core/queries/costs.ts";
import { CostsSchema } from "../../core/queries/schemas/costs.ts";
import { parseQuery, QueryTime } from "../parse-query.ts";
import { longestWindowMs } from "./get-stats.ts";

const Name = z.string().min(1).max(requestLimits.name);

const Query = strict({
  product_tag: Name,
  env: Name.optional(),
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, "must be a month, such as 2030-01")
    .optional()
    .describe("A month of UTC, `YYYY-MM`, in place of `from` and `to`. Default: the current one."),
  from: QueryTime.transform(epochMs).optional().describe("When a run ended. `from` is inclusive, `to` is exclusive."),
  to: QueryTime.transform(epochMs).optional().describe("Default, with `from`: now. At most 31 days after it."),
  by: z.enum(["event", "label"]).default("event"),
})
  .refine(({ month, from, to }) => month === undefined || (from === undefined && to === undefined), {
    path: ["month"],
    message: "goes without `from` and `to`",
  })
  .refine(({ from, to }) => to === undefined || from !== undefined, {
    path: ["from"],
    message: "is needed with `to`",
  });

/** Returns what the jobs of a product have used in some time, by event or label. */
export async function handle(services: ApiServices, { query, scopes }: HttpRequest): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag, env: query.env });
  const { product_tag, env, by, ...asked } = parseQuery(Query, query);
  const tenants = listedTenantsOf(services.catalog, scopes, { product_tag, env }, "/query");
  const now = services.clock.now();
  const found = await costs(services, { tenants, ...askedTime(asked, now), by, now });
  return { status: 200, body: { product_tag, ...defined({ env }), ...found } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Say what the jobs of a product have cost",
  description:
    "What runs have used that ended in a month or some other time, times list prices, by event or label: each job without its steps, which are jobs with events themselves. At most 10,000 ended jobs are looked at, the latest first; `is_complete`, `looked_back_to` and `extrapolated_usd` say what is behind them. An estimate from what is kept, without free tiers.",
  query: Query,
  answers: { 200: { description: "What they have cost.", schema: CostsSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "ENV_NOT_FOUND"],
});

type Asked = Pick<z.output<typeof Query>, "month" | "from" | "to">;

function askedTime({ month, from, to }: Asked, now: number): { from: number; to: number } {
  if (from === undefined) return monthBounds(month ?? monthOf(now), now);
  const end = Math.min(to ?? now, now);
  if (from >= end) throw invalidTime("/query/from", "must be before `to`, and in the past");
  if (end - from > longestWindowMs) throw invalidTime("/query/from", "must be at most 31 days before `to`");
  return { from, to: end };
}

function monthBounds(month: string, now: number): { from: number; to: number } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const from = Date.UTC(year, number - 1);
  if (from > now) throw invalidTime("/query/month", "must not be in the future");
  return { from, to: Date.UTC(year, number) };
}

const invalidTime = (pointer: string, detail: string) =>
  new RequestError("INVALID_REQUEST", "The query is not valid.", { faults: [{ pointer, detail }] });
