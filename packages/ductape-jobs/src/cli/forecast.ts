import type { Forecast, ForecastHour, ForecastLimit } from "ductape-sdk";
import type { ApiOptions, Context } from "./context.ts";
import { type Column, fields, makeTable } from "./terminal/table.ts";
import { duration, localTime } from "./terminal/time.ts";

interface ForecastOptions extends ApiOptions {
  product?: string;
  env?: string;
  hours?: number;
  limit?: string;
}

/** How many events of an hour are named. */
const namedEvents = 3;

const eventsOf = ({ events, more_events = 0 }: ForecastHour): string => {
  const named = events.slice(0, namedEvents).map(({ event, count }) => `${event} ${count}`);
  const more = events.length - named.length + more_events;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
};

const hourColumns = ({ zone }: Context): Column<ForecastHour>[] => [
  { title: "HOUR", cell: ({ at }) => localTime(at, zone) },
  { title: "DUE", cell: ({ count }) => String(count) },
  { title: "EVENTS", cell: eventsOf, flexible: true, least: 16 },
];

type Numbers = Pick<ForecastLimit, "concurrency" | "rate">;

const numbersOf = ({ concurrency, rate }: Numbers): string =>
  [
    concurrency === undefined ? "" : `${concurrency} at a time`,
    rate === undefined ? "" : `${rate.limit} per ${duration(rate.period_ms)}`,
  ]
    .filter(Boolean)
    .join("; ");

const limitColumns = ({ zone }: Context): Column<ForecastLimit>[] => [
  { title: "LIMIT", cell: ({ limit, key }) => (key === "" ? limit : `${limit} ${key}`), flexible: true, least: 12 },
  { title: "ALLOWS", cell: numbersOf, drop: 1 },
  { title: "DUE", cell: ({ due }) => String(due), drop: 2 },
  { title: "LONGEST LINE", cell: ({ lines: [line] }) => (line ? String(line.longest) : "none") },
  { title: "AT", cell: ({ lines: [line] }) => line && localTime(line.longest_at, zone) },
  { title: "EMPTY", cell: ({ lines: [line] }) => line && (line.empty_at ? localTime(line.empty_at, zone) : "later") },
  {
    title: "WAIT UP TO",
    cell: ({ waits, longest_wait_ms }) => (waits > 0 ? duration(longest_wait_ms) : undefined),
    drop: 3,
  },
  { title: "NOBODY WAITS AT", cell: ({ no_wait }) => no_wait && numbersOf(no_wait) },
];

/** `forecast` */
export async function showForecast(
  context: Context,
  { product: product_tag, env, hours, limit }: ForecastOptions,
): Promise<void> {
  const { api, columns, json, print, say, when } = context;
  const forecast = await api.request<Forecast>("GET", "/v1/forecast", { query: { product_tag, env, hours, limit } });
  if (json) return print(forecast);
  const { counted, overdue, more_overdue, is_complete, hot_minutes, limits, more_limits, pauses = [] } = forecast;
  say([
    ...fields([
      ["until", when(forecast.until)],
      ["due", String(counted)],
      ["overdue", `${overdue}${more_overdue ? "+" : ""}`],
      [
        "incomplete",
        is_complete ? undefined : `${forecast.examined} jobs were read, all up to ${when(forecast.covers_until)}`,
      ],
      [
        "hot minutes",
        hot_minutes.length === 0 ? undefined : hot_minutes.map(({ at, count }) => `${when(at)} ${count}`).join(", "),
      ],
      [
        "paused",
        pauses.length === 0
          ? undefined
          : `${pauses.map(({ pause }) => pause).join(", ")}: this is what would be without`,
      ],
    ]),
    "",
    ...makeTable(hourColumns(context), columns)(
      forecast.hours.filter(({ count }) => count > 0),
      false,
    ),
  ]);
  if (limits.length > 0) say(["", ...makeTable(limitColumns(context), columns)(limits, false)]);
  if (more_limits) say([`${more_limits} more limits and keys.`]);
}
