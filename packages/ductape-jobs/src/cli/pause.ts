import type { Pause } from "ductape-sdk";
import { path } from "./api.ts";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import { CliError } from "./exit-code.ts";
import { clean } from "./terminal/clean.ts";
import { statusPaint } from "./terminal/colour.ts";
import { type Column, fields, table } from "./terminal/table.ts";
import { localTime, relative } from "./terminal/time.ts";

interface Scope {
  product?: string;
  env?: string;
  event?: string;
  limit?: string;
  key?: string;
}

interface PauseOptions extends ApiOptions, Scope {
  reason: string;
  until?: WrittenTime;
  drain?: number;
}

function scopeOf({ product_tag, env, event, limit, key }: Pause): string {
  const held = limit === undefined ? (event ?? "every event") : `limit ${limit}, ${key ?? "every key"}`;
  return `${product_tag}/${env ?? "every env"}, ${held}`;
}

const endOf = ({ until, ended_at }: Pause, { when }: Context): string =>
  ended_at !== undefined ? `ended ${when(ended_at)}` : (when(until) ?? "until it is ended");

function pauseLines(pause: Pause, context: Context): string[] {
  return [
    `${pause.id}  ${statusPaint(context.paint)(pause.state)}`,
    ...fields([
      ["holds", clean(scopeOf(pause))],
      ["reason", clean(pause.reason)],
      ["since", context.when(pause.since)],
      ["ends", endOf(pause, context)],
      ["then starts", `${pause.drain_per_second} per second${pause.released ? `, ${pause.released} so far` : ""}`],
    ]),
  ];
}

/** `pause create` */
export async function createPause(context: Context, options: PauseOptions): Promise<void> {
  const { product: product_tag, env, event, limit, key, reason, drain: drain_per_second } = options;
  const until = await apiTime(context.api, options.until);
  const body = { product_tag, env, event, limit, key, reason, until, drain_per_second };
  const pause = await context.api.request<Pause>("POST", "/v1/pauses", { body, repeatable: true });
  context.print(pause);
  context.say(pauseLines(pause, context));
}

function pauseColumns({ paint, zone, api }: Context): Column<Pause>[] {
  const painted = statusPaint(paint);
  return [
    { title: "PAUSE", cell: ({ id }) => id },
    { title: "STATE", cell: ({ state }) => state, paint: (text, { state }) => text.replace(state, painted(state)) },
    { title: "HOLDS", cell: scopeOf, flexible: true },
    { title: "SINCE", cell: ({ since }) => `${localTime(since, zone)} (${relative(since, api.now())})`, drop: 1 },
    {
      title: "ENDS",
      cell: ({ until }) => (until === undefined ? "" : `${localTime(until, zone)} (${relative(until, api.now())})`),
    },
    { title: "REASON", cell: ({ reason }) => reason, flexible: true },
  ];
}

const readPauses = (context: Context, { product: product_tag, env }: Scope) =>
  context.api.request<{ pauses: Pause[] }>("GET", "/v1/pauses", { query: { product_tag, env } });

/** `pause list` */
export async function listPauses(context: Context, options: ApiOptions & Scope): Promise<void> {
  const answer = await readPauses(context, options);
  context.print(answer);
  if (answer.pauses.length === 0) context.io.err.write("Nothing is paused.\n");
  else context.say(table(pauseColumns(context), answer.pauses, context.columns));
}

const parts = ["env", "event", "limit", "key"] as const;

/** `pause end`, by its id or by what it holds. */
export async function endPause(context: Context, id: string | undefined, options: ApiOptions & Scope): Promise<void> {
  const found = id ?? (await pauseOf(context, options));
  const pause = await context.api.request<Pause>("DELETE", path`/v1/pauses/${found}`);
  context.print(pause);
  context.say(pauseLines(pause, context));
}

/** The pause of exactly this scope. */
async function pauseOf(context: Context, { product, ...scope }: Scope): Promise<string> {
  if (product === undefined) {
    throw new CliError("Name the id of the pause, or its --product with --env, --event, --limit and --key.");
  }
  const { pauses } = await readPauses(context, { product });
  const found = pauses.find((pause) => parts.every((part) => pause[part] === scope[part]));
  if (found) return found.id;
  throw new CliError("There is no pause of exactly this scope: `ductape-jobs pause list` shows them.");
}
