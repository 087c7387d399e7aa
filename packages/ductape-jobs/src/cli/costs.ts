import type { CostRow, Costs, JobCost } from "ductape-sdk";
import { path } from "./api.ts";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields, makeTable } from "./terminal/table.ts";

/** Six digits after the point are a dollar for a million jobs. */
export const usdText = (usd: number): string => (usd >= 1 ? usd.toFixed(2) : usd.toFixed(8));
const perMillion = (usd: number): string => `${(usd * 1e6).toFixed(2)} USD per million such jobs`;

/** `jobs cost` */
export async function showJobCost(
  { api, columns, json, print, say }: Context,
  id: string,
  _: ApiOptions,
): Promise<void> {
  const cost = await api.request<JobCost>("GET", path`/v1/jobs/${id}/cost`);
  if (json) return print(cost);
  const { usd, so_far, runs, steps, estimated, parts, unknown = [], not_counted } = cost;
  const line: Column<JobCost["breakdown"][number]>[] = [
    { title: "USD", cell: (one) => usdText(one.usd) },
    { title: "COUNT", cell: ({ count }) => String(Number(count.toFixed(4))) },
    { title: "OF", cell: ({ what }) => what, flexible: true },
  ];
  say([
    ...fields([
      ["job", cost.job_id],
      [so_far ? "so far" : "cost", `${usdText(usd)} USD: ${perMillion(usd)}`],
      ["estimated", `${estimated.usd_per_million.toFixed(2)} USD per million, by explain`],
      ["parts", parts.map((part) => `${part.part} ${usdText(part.usd)}`).join(", ")],
      ["runs", runs && `${runs.examined} of ${runs.of} looked at`],
      ["steps", steps && stepsText(steps)],
      ["prices", `list prices of ${cost.region}, ${cost.prices_as_of}`],
    ]),
    "",
    ...makeTable(line, columns)(cost.breakdown, false),
    "",
    ...unknown.map((what) => `Not known: ${clean(what)}.`),
    `Not counted: ${clean(not_counted.join("; "))}.`,
  ]);
}

const stepsText = ({ examined, usd, more, missing }: NonNullable<JobCost["steps"]>): string =>
  [
    `${examined} jobs of steps: ${usdText(usd)} USD`,
    ...(more ? ["there are more than were looked at"] : []),
    ...(missing ? [`${missing} are no longer kept`] : []),
  ].join("; ");

interface CostsOptions extends ApiOptions {
  product: string;
  env?: string;
  month?: string;
  from?: WrittenTime;
  to?: WrittenTime;
  by?: string;
}

const rowColumns = (by: Costs["by"]): Column<CostRow>[] => [
  { title: by.toUpperCase(), cell: ({ event, label }) => event ?? label ?? "(no label)", flexible: true, least: 16 },
  { title: "RUNS", cell: ({ runs }) => String(runs) },
  { title: "ATTEMPTS", cell: ({ attempts }) => String(attempts), drop: 1 },
  { title: "USD", cell: ({ usd }) => usdText(usd) },
  {
    title: "PER MILLION RUNS",
    cell: ({ usd, runs }) => (runs > 0 ? ((usd * 1e6) / runs).toFixed(2) : undefined),
    drop: 2,
  },
];

/** `costs` */
export async function showCosts(context: Context, options: CostsOptions): Promise<void> {
  const { api, columns, json, print, say, when } = context;
  const { product: product_tag, env, month, by } = options;
  const from = await apiTime(api, options.from);
  const to = await apiTime(api, options.to);
  const costs = await api.request<Costs>("GET", "/v1/costs", { query: { product_tag, env, month, from, to, by } });
  if (json) return print(costs);
  const {
    usd,
    runs,
    ended,
    extrapolated_usd,
    is_complete,
    looked_back_to,
    more_rows,
    unknown = [],
    not_counted,
  } = costs;
  say([
    ...fields([
      ["from", when(costs.from)],
      ["to", when(costs.to)],
      ["cost", `${usdText(usd)} USD for ${runs} runs`],
      [
        "incomplete",
        is_complete
          ? undefined
          : `${costs.examined} jobs and runs were looked at${looked_back_to === undefined ? "" : `, all back to ${when(looked_back_to)}`}`,
      ],
      [
        "extrapolated",
        extrapolated_usd === undefined
          ? undefined
          : `${usdText(extrapolated_usd)} USD for the ${ended} that have ended`,
      ],
      ["prices", `list prices of ${costs.region}, ${costs.prices_as_of}`],
    ]),
    "",
    ...makeTable(rowColumns(costs.by), columns)(costs.rows, false),
  ]);
  if (more_rows) say([`${more_rows.count} more, for ${usdText(more_rows.usd)} USD.`]);
  say(["", ...unknown.map((what) => `Not known: ${clean(what)}.`), `Not counted: ${clean(not_counted.join("; "))}.`]);
}
