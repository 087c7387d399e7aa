import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { defineFunction } from "../../../lambdas/code/define-function.ts";
import { serve } from "../../../lambdas/code/serve.ts";
import { referenceName, secret } from "../../../lambdas/core/catalog/references.ts";
import { protocolSecret } from "./protocol.ts";

/*
 * The functions that a server has to offer to the conformance script, in whatever language. Those of Python are in
 * packages/python/tests/protocol_functions.py.
 */

class CardDeclined extends Error {
  override name = "CardDeclined";
}

interface Failing {
  message: string;
  retryable?: boolean;
  retry_after?: string;
  code?: string;
}

const waiting: (() => void)[] = [];
const cyclic: Record<string, unknown> = {};
cyclic["self/it"] = cyclic;
const odd: Record<string, unknown> = {
  nan: { n: Number.NaN },
  cyclic,
  deep: JSON.parse("[".repeat(70) + "]".repeat(70)),
  large: "x".repeat(7_000_000),
};

export const protocolFunctions = {
  /** Takes a `sku`, and a `quantity` that is 1 by default. */
  price: defineFunction({
    input: z.looseObject({ sku: z.string(), quantity: z.number().default(1) }),
    run: async ({ quantity }) => ({ total: quantity * 1999, currency: "EUR" }),
  }),
  /** Returns its payload. */
  echo: defineFunction({ run: (payload) => payload ?? null }),
  /** Returns nothing. */
  tidy: defineFunction({ run: async () => {} }),
  /** Returns what its context says. */
  told: defineFunction({
    run: (_payload, ctx) => ({
      job_id: ctx.jobId,
      run: ctx.run,
      attempt: ctx.attempt,
      product: ctx.product,
      env: ctx.env,
      event: ctx.event,
      idempotency_key: ctx.idempotencyKey,
      last_progress: ctx.lastProgress ?? null,
      seconds_left: Math.round((ctx.deadline - Date.now()) / 1000),
    }),
  }),
  /** Throws a CardDeclined that says of the next attempt what the payload says. */
  fail: defineFunction({
    async run({ message, retry_after: retryAfter, ...says }: Failing) {
      throw Object.assign(new CardDeclined(message), { ...says, ...(retryAfter && { retryAfter }) });
    },
  }),
  /** Reports page 1, and page 2 by a value that it changes afterwards. Throws a CardDeclined for the payload `throw`. */
  report: defineFunction({
    run(payload, ctx) {
      ctx.progress({ page: 1 });
      const state = { page: 2 };
      ctx.progress(state);
      state.page = 3;
      if (payload === "throw") throw new CardDeclined("no money");
      return "reported";
    },
  }),
  /** Takes so many milliseconds. */
  slow: defineFunction({
    async run(milliseconds: number) {
      await sleep(milliseconds);
      return "late";
    },
  }),
  /** Returns once two calls of it are there. */
  meet: defineFunction({
    run: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve("met"));
        if (waiting.length === 2) for (const done of waiting.splice(0)) done();
      }),
  }),
  /** Returns what JSON cannot keep: no number at /n, what contains itself at a key `self/it`, 70 levels, 7 MB. */
  odd: defineFunction({ run: (kind: string) => odd[kind] }),
  /** Returns the value of `secret("shop/stripe#key")`, which is `s3cret`. */
  secret: defineFunction({ run: (_payload, ctx) => ctx.secret(secret("shop/stripe#key")) }),
};

export const protocolHandler = () =>
  serve({
    functions: protocolFunctions,
    secret: protocolSecret,
    resolve: (reference) => (referenceName(reference) === 'secret("shop/stripe#key")' ? "s3cret" : ""),
  });
