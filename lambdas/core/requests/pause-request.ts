import * as z from "zod";
import { may, type Scopes } from "../access/scopes.ts";
import { type Catalog, ownValue } from "../catalog/catalog.ts";
import type { Product } from "../catalog/job-type.ts";
import { keptKey } from "../expressions/keys.ts";
import { drainRates, type PauseScope } from "../job/pause.ts";
import { defined } from "../kernel/defined.ts";
import type { Fault } from "../kernel/errors.ts";
import { parseBody } from "../kernel/parse-body.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean, notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import { epochMs, farthestAheadMs, Time } from "../kernel/start-time.ts";

const Name = z.string().min(1).max(requestLimits.name);

/** What to pause, why, and until when. */
export const PauseRequest = strict({
  product_tag: Name.describe("The product."),
  env: Name.optional().describe("Default: every env of the product. The key needs `jobs:admin` in each of them."),
  event: z.string().min(1).max(requestLimits.event).optional().describe("Default: every event of the product."),
  limit: Name.optional().meta({
    description:
      "A limit of the product: only jobs that pass it are held. Does not go with `event`. Default: all jobs, with limits or without.",
    examples: ["customer"],
  }),
  key: z
    .string()
    .min(1)
    .max(requestLimits.keyExpression)
    .refine(wellFormed, notWellFormed)
    .optional()
    .meta({
      description:
        "One key of the limit, as `GET /v1/limits` and `waiting_for` show it. Default: every key of the limit.",
      examples: ["C-1042"],
    }),
  reason: z
    .string()
    .min(1)
    .max(requestLimits.reason)
    .refine(wellFormed, notWellFormed)
    .meta({
      description: "Why it is paused, for everybody who wonders what a job waits for: 1 to 200 characters.",
      examples: ["the database is being moved"],
    }),
  until: Time.optional().meta({
    description: "When the pause ends by itself, at most 5 years ahead. Default: it lasts until it is ended.",
    examples: ["2030-01-31T12:00:00Z"],
  }),
  drain_per_second: z
    .int()
    .min(1)
    .max(drainRates.most)
    .default(drainRates.usual)
    .meta({
      description: "How many of the held jobs per second start once the pause has ended, 1 to 200.",
      examples: [10],
    }),
});

/** A valid request for a pause. */
export interface PauseWanted extends PauseScope {
  reason: string;
  /** Epoch milliseconds. */
  until?: number;
  drain_per_second: number;
}

/** Parses a request for a pause. Throws a RequestError: what the catalog lacks, or every fault with its pointer. */
export function parsePause(body: unknown, catalog: Catalog, now: number): PauseWanted {
  const { product_tag, env, event, limit, key, reason, until, drain_per_second } = parseBody(PauseRequest, body);
  const product = env === undefined ? catalog.product(product_tag) : catalog.tenant(product_tag, env);
  const place = env ?? product.envs[0];
  if (event !== undefined && place !== undefined) catalog.find(product_tag, place, event);
  const faults = pausedLimitFaults({ event, limit, key }, product);
  if (faults.length > 0) throw invalidRequest(faults);
  const end = until === undefined ? undefined : epochMs(until);
  if (end !== undefined && end <= now) throw invalidUntil("must be in the future");
  if (end !== undefined && end > now + farthestAheadMs) throw invalidUntil("is more than 5 years ahead");
  const kept = key === undefined ? undefined : keptKey(key);
  return { product: product_tag, reason, drain_per_second, ...defined({ env, event, limit, key: kept, until: end }) };
}

/** Throws LIMIT_NOT_FOUND where the product has no such limit. */
function pausedLimitFaults(
  { event, limit, key }: Pick<z.infer<typeof PauseRequest>, "event" | "limit" | "key">,
  product: Product,
) {
  const faults: Fault[] = [];
  if (limit === undefined) {
    if (key !== undefined) faults.push({ pointer: "/key", detail: "is a key of a limit: name the limit too" });
    return faults;
  }
  if (event !== undefined)
    faults.push({ pointer: "/event", detail: "does not go with `limit`: pause one or the other" });
  const found = ownValue(product.limits ?? {}, limit);
  if (!found) throw limitNotFound(product, limit);
  if (key !== undefined && found.key === undefined)
    faults.push({ pointer: "/key", detail: "must be left out: the limit has no keys" });
  return faults;
}

function limitNotFound({ tag, limits }: Product, name: string) {
  const text = `Product ${tag} has no such limit.${didYouMean(name, Object.keys(limits ?? {}))}`;
  return new RequestError("LIMIT_NOT_FOUND", text, { faults: [{ pointer: "/limit", detail: text }] });
}

const invalidUntil = (detail: string) => invalidRequest([{ pointer: "/until", detail }]);

/**
 * Throws FORBIDDEN unless the key has `jobs:admin` wherever the pause holds jobs: a pause without an env holds those of every
 * env, also of one that the key does not reach.
 */
export function requirePauseScope(scopes: Scopes, catalog: Catalog, { product, env }: PauseScope): void {
  const envs = env === undefined ? (catalog.products.find(({ tag }) => tag === product)?.envs ?? []) : [env];
  if (may(scopes, "jobs:admin", { product }) && envs.every((one) => may(scopes, "jobs:admin", { product, env: one }))) {
    return;
  }
  const text = "This API key does not allow jobs:admin in every env that the pause is for.";
  const detail = "is missing, which means every env: name one in which the key has jobs:admin";
  throw new RequestError("FORBIDDEN", text, { faults: env === undefined ? [{ pointer: "/env", detail }] : [] });
}

export const pauseNotFound = () =>
  new RequestError("PAUSE_NOT_FOUND", "There is no pause with this id. A pause is deleted once its jobs have started.");
