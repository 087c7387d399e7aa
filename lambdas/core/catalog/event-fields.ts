import * as z from "zod";
import { cacheTtl } from "../job/result-cache.ts";
import { RetryConfig } from "../job/retry-config.ts";
import { duration } from "../kernel/duration.ts";
import { milliseconds } from "../kernel/plain-faults.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { Tag } from "../kernel/tag.ts";
import { limitBounds, Priority } from "./limit.ts";
import { EventSearch } from "./search-schema.ts";
import { EventDebounce, EventUnique } from "./sharing-fields.ts";

/** The empty pointer is the whole value. */
const RedactPointer = z
  .string()
  .max(requestLimits.redactPointer)
  .regex(/^(\/([^~/]|~[01])*)*$/, {
    error:
      'must be a JSON pointer: empty, or beginning with a slash, such as "/body/card" or "/items/*/card"; a ~ is written ~0',
  });

/** The fields of every event; each type adds its own (`event` of its definition). */
export const commonEventFields = {
  description: z.string().optional(),
  retries: z.int().min(0).max(requestLimits.retries).optional(),
  retry_config: RetryConfig.optional(),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional(),
  /** Whether the input of a request is a template, whose expressions are evaluated when it runs. Default: false. */
  expressions: z.boolean().optional(),
  /** What `fairness_key` is by default: an expression such as `$Input{customer}`, or a plain string. Default: none. */
  fairness_key: z.string().min(1).max(requestLimits.keyExpression).optional(),
  /** Requests that follow each other with one key run once, with the input of the last one. Default: each request runs. */
  debounce: EventDebounce.optional(),
  /** At most one job of a key is open. Default: any number. */
  unique: EventUnique.optional(),
  /**
   * The parts of inputs and results that are never shown: JSON pointers (RFC 6901), in which `*` is every item of a list or every
   * field of an object. Default: none.
   */
  redact: z.array(RedactPointer).max(requestLimits.redact).optional(),
  /**
   * Whether what a provider answers to an attempt that fails is kept, for those who may see inputs. Default: true, but false for an event
   * with `redact`, since the answer may repeat what that hides.
   */
  keep_answers: z.boolean().optional(),
  /** By which values of their inputs and results its jobs are found. Default: by none. */
  search: EventSearch.optional(),
  /** Whether its runs have statistics for themselves, beside those of the whole product and env. Default: false. */
  trends: z.boolean().optional(),
  /** The names of the product's limits that an attempt must pass. Default: none. */
  limits: z.array(Tag).max(limitBounds.perEvent).optional(),
  /** For how long the result of a run is used again by later ones with its `cache` tag: `"1h"`, 1 s to 30 days. Default: a day. */
  cache_ttl: duration(cacheTtl.least, cacheTtl.most).optional(),
  /** Whole seconds of head start in the lines of limits, unless a request says otherwise. Default: 0. */
  priority: Priority.optional(),
};
