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

const namesOf = (events: readonly (readonly [event: string, count: number])[], others = 0): string => {
  const named = events.slice(0, namedEvents).map(([event, count]) => `${event} ${count}`);
  const more = events.length - named.length + others;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
};

const eventsOf = ({ events, more_events }: ForecastHour): string =>
  namesOf(
    events.map(({ event, count }) => [event, count]),
    more_events,
  );

const hourColumns = ({ zone }: Context): Column<ForecastHour>[] => [
  { title: "HOUR", cell: ({ at }) => localTime(at, zone) },
  { title: "DUE", cell: ({ count }) => String(count) },
  { title: "EVENTS", cell: eventsOf, flexible: true, least: 16 },
];

/** Beyond so many hours it is shown by days, each with its busiest hour. */
const mostHourRows = 48;

interface Day {
  name: string;
  count: number;
  busiest: ForecastHour;
  events: Map<string, number>;
}

/** The days with something due, as clocks in the zone have them. */
function daysOf(hours: readonly ForecastHour[], { zone }: Context): Day[] {
  const days = new Map<string, Day>();
  for (const hour of hours) {
    const name = localTime(hour.at, zone).slice(0, "YYYY-MM-DD".length);
    const day = days.get(name) ?? { name, count: 0, busiest: hour, events: new Map() };
    day.count += hour.count;
    if (hour.count > day.busiest.count) day.busiest = hour;
    for (const { event, count } of hour.events) day.events.set(event, (day.events.get(event) ?? 0) + count);
    days.set(name, day);
  }
  return [...days.values()];
}

const dayColumns = ({ zone }: Context): Column<Day>[] => [
  { title: "DAY", cell: ({ name }) => name },
  { title: "DUE", cell: ({ count }) => String(count) },
  { title: "MOST IN THE HOUR OF", cell: ({ busiest: { at, count } }) => `${localTime(at, zone)}: ${count}` },
  {
    title: "EVENTS",
    cell: ({ events }) => namesOf([...events].sort(([, one], [, other]) => other - one)),
    flexible: true,
    least: 16,
  },
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
  const due = forecast.hours.filter(({ count }) => count > 0);
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
    ...(forecast.hours.length > mostHourRows
      ? makeTable(dayColumns(context), columns)(daysOf(due, context), false)
      : makeTable(hourColumns(context), columns)(due, false)),
  ]);
  if (limits.length > 0) say(["", ...makeTable(limitColumns(context), columns)(limits, false)]);
  if (more_limits) say([`${more_limits} more limits and keys.`]);
}
