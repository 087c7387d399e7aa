import type { Limit } from "ductape-sdk";
import { path } from "./api.ts";
import { apiTime } from "./api-time.ts";
import type { WrittenTime } from "./arguments/read-time.ts";
import type { ApiOptions, Context } from "./context.ts";
import { CliError } from "./exit-code.ts";
import { type Column, table } from "./terminal/table.ts";
import { duration, localTime, relative } from "./terminal/time.ts";

interface Tenant {
  product?: string;
  env?: string;
}

interface PinOptions extends ApiOptions {
  product: string;
  env: string;
  concurrency?: number;
  rate?: { limit: number; period: string };
  burst?: number;
  until: WrittenTime;
  reason?: string;
}

type Numbers = Pick<Limit, "concurrency" | "rate">;

const numbersOf = ({ concurrency, rate }: Numbers): string =>
  [
    concurrency === undefined ? "" : `${concurrency} at a time`,
    rate === undefined ? "" : `${rate.limit} per ${duration(rate.period_ms)}, up to ${rate.burst} at once`,
  ]
    .filter(Boolean)
    .join("; ");

type Gate = Limit["gates"][number];

/** How many jobs stand in line, as counted up to a minute ago if there are many. */
const lengthOf = ({ waiting, estimated }: Gate): number => Math.max(waiting, estimated?.length ?? 0);

const busiestOf = ({ gates, more_gates }: Limit): string => {
  const waiting = gates.reduce((sum, gate) => sum + lengthOf(gate), 0);
  const more = more_gates || gates.some((gate) => gate.more_waiting) ? "+" : "";
  return `${waiting}${more}`;
};

const waitingOf = (gate: Gate): string => {
  if (!gate.more_waiting) return String(gate.waiting);
  return gate.estimated ? `about ${gate.estimated.length}` : `${gate.waiting}+`;
};

function limitColumns({ zone, api }: Context): Column<Limit>[] {
  return [
    { title: "LIMIT", cell: ({ name }) => name },
    { title: "OF", cell: ({ product_tag, env }) => `${product_tag}/${env}` },
    { title: "ALLOWS", cell: numbersOf },
    { title: "PER", cell: ({ key }) => key, flexible: true },
    { title: "IN USE", cell: ({ gates }) => String(gates.reduce((sum, gate) => sum + gate.in_use, 0)) },
    { title: "WAITING", cell: busiestOf },
    {
      title: "PINNED UNTIL",
      cell: ({ pinned }) => pinned && `${localTime(pinned.until, zone)} (${relative(pinned.until, api.now())})`,
    },
    { title: "WHY", cell: ({ pinned }) => pinned?.reason, flexible: true },
  ];
}

/** `limits list` */
export async function listLimits(
  context: Context,
  { product: product_tag, env, name, key }: ApiOptions & Tenant & { name?: string; key?: string },
): Promise<void> {
  const answer = await context.api.request<{ limits: Limit[] }>("GET", "/v1/limits", {
    query: { product_tag, env, name, key },
  });
  context.print(answer);
  if (answer.limits.length === 0) {
    const asked = [product_tag, env, name, key].some((one) => one !== undefined);
    return void context.io.err.write(`The catalog has no ${asked ? "such limit" : "limits"}.\n`);
  }
  context.say(table(limitColumns(context), answer.limits, context.columns));
  // Where one limit was asked for, its gates are of interest.
  const [only] = answer.limits;
  if (name !== undefined && only) context.say(gateLines(only, context));
}

function gateLines({ gates }: Limit, { zone, api, columns }: Context): string[] {
  if (gates.length === 0) return [];
  const newRate: Column<Gate> = {
    title: "NEW RATE BY",
    cell: ({ follows_by }) => (follows_by === undefined ? "" : localTime(follows_by, zone)),
  };
  const all: Column<Gate>[] = [
    { title: "KEY", cell: ({ key }) => key || "(none)", flexible: true },
    { title: "IN USE", cell: ({ in_use }) => String(in_use) },
    { title: "WAITING", cell: waitingOf },
    {
      title: "OLDEST",
      cell: ({ oldest_wait_since: since }) => (since === undefined ? "" : relative(since, api.now())),
    },
    { title: "NEXT START", cell: ({ next_start }) => (next_start === undefined ? "" : localTime(next_start, zone)) },
    ...(gates.some(({ follows_by }) => follows_by !== undefined) ? [newRate] : []),
    {
      title: "LINE ENDS",
      cell: ({ estimated }) =>
        estimated?.ends_at === undefined ? "" : `about ${relative(estimated.ends_at, api.now())}`,
      drop: 1,
    },
  ];
  return ["", ...table(all, gates, columns)];
}

async function changed(context: Context, limit: Limit): Promise<void> {
  context.print(limit);
  context.say(table(limitColumns(context), [limit], context.columns));
  const from = limit.in_force_at;
  if (from !== undefined) context.say([`In force from ${context.when(from)}, for jobs in line within a minute.`]);
}

/** `limits pin` */
export async function pinLimit(context: Context, name: string, options: PinOptions): Promise<void> {
  const { product, env, concurrency, rate, burst, reason } = options;
  if (concurrency === undefined && rate === undefined) throw new CliError("Use --concurrency, --rate or both.");
  if (burst !== undefined && rate === undefined) throw new CliError("--burst is a part of --rate.");
  const until = await apiTime(context.api, options.until);
  const body = { concurrency, rate: rate && { ...rate, burst }, until, reason };
  await changed(context, await context.api.request<Limit>("PUT", path`/v1/limits/${product}/${env}/${name}`, { body }));
}

/** `limits unpin` */
export async function unpinLimit(
  context: Context,
  name: string,
  options: ApiOptions & Required<Tenant>,
): Promise<void> {
  const { product, env } = options;
  await changed(context, await context.api.request<Limit>("DELETE", path`/v1/limits/${product}/${env}/${name}`));
}
