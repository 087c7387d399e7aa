import type { Random } from "../../simulation/random.ts";
import { catalog } from "../catalog/catalog.ts";

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The same request as a caller may have copied it from Ductape's documentation of one year or another: each part that has another
 * documented spelling is given it by chance. What is not valid in `request` stays as it is.
 */
export function respell(random: Random, request: Fields): Fields {
  const named = renameEvent(random, { ...request, input: respellInput(random, request) });
  const renamed = renamedSome(random, named, { product_tag: "product", retry_config: "retryConfig" });
  const retries = renamed.retryConfig === undefined ? "retry_config" : "retryConfig";
  if (isRecord(renamed[retries])) renamed[retries] = renamedSome(random, renamed[retries], retryNames);
  return withEmpty(random, respellTimes(random, renamed), ["cache", "session", "repeat", "schedule", "app"]);
}

const retryNames = {
  initial_delay: "initialDelay",
  max_delay: "maxDelay",
  backoff_multiplier: "backoffMultiplier",
  jitter_percent: "jitterPercent",
  retryable_errors: "retryableErrors",
  non_retryable_errors: "nonRetryableErrors",
};

function renamedSome(random: Random, fields: Fields, names: Record<string, string>): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const other = Object.hasOwn(names, name) ? names[name] : undefined;
      return [other !== undefined && random.chance(0.5) ? other : name, value];
    }),
  );
}

/** Adds `{}`, or what else asks for nothing, for parts that are absent. */
function withEmpty(random: Random, fields: Fields, names: readonly string[]): Fields {
  const absent = names.filter((name) => fields[name] === undefined && random.chance(0.3));
  return { ...fields, ...Object.fromEntries(absent.map((name) => [name, name === "cache" ? "" : {}])) };
}

function respellTimes(random: Random, { repeat, start_at, ...rest }: Fields): Fields {
  const times = { ...(start_at !== undefined && { start_at }), ...(repeat !== undefined && { repeat }) };
  const series = isRecord(repeat) ? respellSeries(random, repeat) : undefined;
  if (series && random.chance(0.5)) {
    return random.chance(0.5)
      ? { ...rest, schedule: { ...series, ...(start_at !== undefined && { start_at }) } }
      : { ...rest, start_at, schedule: series };
  }
  if (!series && start_at !== undefined && random.chance(0.4)) return { ...rest, schedule: { start_at } };
  return { ...rest, ...times, ...(series && { repeat: series }) };
}

function respellSeries(random: Random, repeat: Fields): Fields {
  const fallback = repeat.cron !== undefined && random.chance(0.3) ? { every: 60_000 } : {};
  return { ...renamedSome(random, repeat, { end_date: "endDate", tz: "timezone" }), ...fallback };
}

/** Names the event by its target and action, or by its notification and message. */
function renameEvent(random: Random, request: Fields): Fields {
  const found = catalog.lookup(String(request.product_tag), String(request.event));
  const { input } = request;
  if (!found || !isRecord(input) || random.chance(0.5)) return request;
  const { event } = found;
  const isAction = event.type === "action" || event.type === "database_action";
  if (isAction) return { ...request, event: `${event[found.definition.targetField]}:${event.action}` };
  if (event.type !== "notification") return request;
  const { slug, ...others } = input;
  return { ...request, event: `${event.notification}:${slug}`, input: random.chance(0.5) ? others : input };
}

function respellInput(random: Random, { product_tag, event, input }: Fields): unknown {
  const type = catalog.lookup(String(product_tag), String(event))?.event.type;
  if (!isRecord(input)) return input;
  switch (type) {
    case "action":
      return respellCall(random, input);
    case "notification":
      return respellNotification(random, input);
    case "database_action": {
      const renamed = renamedSome(random, input, { filter: "query" });
      return withEmpty(random, renamed, ["data", ...(renamed.query === undefined ? ["filter"] : [])]);
    }
    case "storage": {
      const renamed = renamedSome(random, input, { buffer: "blob" });
      return input.mimeType === undefined && random.chance(0.5) ? { ...renamed, mimeType: "" } : renamed;
    }
    default:
      return input;
  }
}

/** Some parts of the call in prefixed fields, and some empty ones. */
function respellCall(random: Random, input: Fields): Fields {
  const fields = Object.entries(input).flatMap(([part, value]): [string, unknown][] => {
    const flat = isRecord(value) && Object.keys(value).length > 0 && random.chance(0.5);
    return flat ? Object.entries(value).map(([name, one]) => [`${part}:${name}`, one]) : [[part, value]];
  });
  return withEmpty(random, Object.fromEntries(fields), ["query", "params", "headers"]);
}

function respellNotification(random: Random, input: Fields): Fields {
  const { email, sms, ...rest } = input;
  const spelt = renamedSome(random, rest, { callback: "webhook" });
  const recipients = { to: "recipients" };
  return withEmpty(
    random,
    {
      ...spelt,
      ...(isRecord(email) && { email: renamedSome(random, email, recipients) }),
      ...(isRecord(sms) && { sms: renamedSome(random, sms, recipients) }),
    },
    // Beside an empty callback alone, another empty channel would be one more that needs nothing of the request.
    Object.values({ ...spelt, email, sms }).some((part) => isRecord(part) && Object.keys(part).length > 0)
      ? ["push_notification", "email", "sms"]
      : ["push_notification", "email"],
  );
}
