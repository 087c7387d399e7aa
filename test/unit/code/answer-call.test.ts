import * as z from "zod";
import { answerCall } from "../../../lambdas/code/answer-call.ts";
import { defineFunction } from "../../../lambdas/code/define-function.ts";
import { type Reference, secret } from "../../../lambdas/core/catalog/references.ts";
import {
  type CallMessage,
  longestWritten,
  type Thrown,
  type Written,
} from "../../../lambdas/core/job/code-messages.ts";

type Defined = Parameters<typeof defineFunction>[0];

const aCall = (overrides: Partial<CallMessage> = {}): CallMessage => ({
  v: 1,
  kind: "call",
  function: "f",
  job_id: "job_1",
  run: 1,
  attempt: 2,
  product: "shop",
  env: "dev",
  event: "go",
  idempotency_key: "job_1-1",
  deadline_ms: 5000,
  reply: "sync",
  ...overrides,
});

function answering(definition: unknown, secrets: Reference[] = []) {
  const lines: string[] = [];
  const host = {
    functions: { f: { load: async () => ({ f: definition }), export: "f", file: "functions/f.ts", secrets } },
    resolve: async () => "s3cret",
    write: (line: string) => void lines.push(line),
  };
  return { lines, call: (overrides: Partial<CallMessage> = {}) => answerCall(host, aCall(overrides)) };
}

const running = (run: Defined["run"], overrides: Partial<CallMessage> = {}) =>
  answering(defineFunction({ run })).call(overrides);
const failedBy = (by: string, error: object, more: object = {}) => ({
  v: 1,
  outcome: { is: "failed", by, error: expect.objectContaining(error), ...more },
});

describe("a call of a function", () => {
  it("answers what the function returns of its checked payload", async () => {
    const f = defineFunction({
      input: z.object({ sku: z.string(), quantity: z.number().default(2) }),
      run: ({ sku, quantity }, ctx) => ({
        sku,
        quantity,
        attempt: ctx.attempt,
        key: ctx.idempotencyKey,
        was: ctx.lastProgress,
      }),
    });
    const answer = await answering(f).call({ payload: { sku: "A-1" }, progress: { page: 3 } });
    const v = { sku: "A-1", quantity: 2, attempt: 2, key: "job_1-1", was: { page: 3 } };
    expect(answer).toEqual({ v: 1, outcome: { is: "completed", value: { v } } });
  });

  it("gives the headers of the job's trace, which are none without one", async () => {
    const traceOf = async (overrides: Partial<CallMessage>) =>
      (await running((_payload, ctx) => new Headers(ctx.trace).get("traceparent"), overrides)) as object;
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    expect(await traceOf({ trace: { traceparent } })).toMatchObject({ outcome: { value: { v: traceparent } } });
    expect(await traceOf({})).toMatchObject({ outcome: { value: { v: null } } });
  });

  it.each([
    ["nothing", undefined, null],
    ["null", null, null],
    ["a field that is undefined", { a: 1, b: undefined }, { a: 1 }],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      "an instance of a class of plain data",
      new (class Row {
        id = 7;
      })(),
      { id: 7 },
    ],
    ["the same object twice", ((one) => [one, one])({ a: 1 }), [{ a: 1 }, { a: 1 }]],
  ])("keeps %s", async (_what, returned, v) => {
    const answer = await running(() => returned);
    expect(JSON.parse(JSON.stringify(answer))).toEqual({ v: 1, outcome: { is: "completed", value: { v } } });
  });

  const cyclic: Record<string, unknown> = {};
  cyclic["self/it"] = cyclic;
  const deep = JSON.parse("[".repeat(70) + "]".repeat(70));
  it.each([
    ["a Map", { by: new Map() }, "a Map at /by, which JSON cannot keep: return Object.fromEntries(map)."],
    ["a Set", new Set([1]), "a Set, which JSON cannot keep: return [...set]."],
    ["undefined in a list", [1, undefined], "undefined at /1"],
    ["a list with a hole", Object.assign([], { 1: 7 }), "undefined at /0"],
    ["a BigInt", { total: 1n }, "a BigInt at /total, which JSON cannot keep: return its digits as a string."],
    ["a Date", { at: new Date(0) }, "a Date at /at, which JSON cannot keep: return date.toISOString()."],
    ["NaN", { n: Number.NaN }, "NaN at /n"],
    ["a function", { go: () => 1 }, "a function at /go"],
    ["a Buffer", Buffer.from("a"), "a Buffer, which"],
    ["an error", new Error("no"), "a Error, which"],
    ["what contains itself", cyclic, "a reference to what contains it at /self~1it"],
    ["what is very deep", deep, "nested deeper than 64 levels"],
    ["a URL", { url: new URL("https://a.example") }, "a URL at /url"],
    ["7 MB", "x".repeat(7_000_000), "returned 7000002 bytes, of at most 6000000: put it into a file"],
  ])("refuses %s as a result", async (_what, returned, message) => {
    expect(await running(() => returned)).toEqual(
      failedBy("result", { name: "ResultError", message: expect.stringContaining(message) }),
    );
  });

  it("refuses a payload that its schema does, by the places in it", async () => {
    const f = defineFunction({ input: z.object({ items: z.array(z.object({ sku: z.string() })) }), run: () => 1 });
    expect(await answering(f).call({ payload: { items: [{ sku: 1 }] } })).toEqual(
      failedBy("input", { message: expect.stringMatching(/^f refuses its payload: \/items\/0\/sku: .*string/) }),
    );
  });

  it("keeps name, message and lines of an error", async () => {
    class CardDeclined extends Error {
      override name = "CardDeclined";
    }
    const answer = await running(() => {
      throw new CardDeclined("no money", { cause: new Error("bank says no") });
    });
    const message = "no money, caused by Error: bank says no";
    expect(answer).toEqual(
      failedBy("threw", { name: "CardDeclined", message, stack: expect.stringContaining("answer-call.test") }),
    );
    expect(JSON.stringify(answer)).not.toMatch(/node:internal|lambdas\/code/);
  });

  it.each([
    ["a text", "out of paper", { name: "string", message: "out of paper" }],
    ["nothing", undefined, { name: "undefined", message: "threw undefined, which is no Error" }],
    ["null", null, { name: "null", message: "threw null, which is no Error" }],
    ["an object", { reason: 7 }, { name: "object", message: 'threw {"reason":7}, which is no Error' }],
    ["an object like an error", { name: "Odd", message: "m" }, { name: "Odd", message: "m" }],
    [
      "what throws when it is read",
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("x");
          },
          has: () => {
            throw new Error("x");
          },
        },
      ),
      { name: "Error", message: "What was thrown cannot be read." },
    ],
  ])("keeps %s that was thrown", async (_what, thrown, error) => {
    expect(
      await running(() => {
        throw thrown;
      }),
    ).toEqual(failedBy("threw", error));
  });

  it.each([
    [{ retryable: false }, { retryable: false }],
    [{ retryAfter: 1500 }, { retry_after_ms: 1500 }],
    [{ retryAfter: "2m" }, { retry_after_ms: 120_000 }],
    [{ retryAfter: new Date(Date.now() - 5000) }, { retry_after_ms: 0 }],
    [{ retryAfter: "soon" }, {}],
    [{ code: "card_declined" }, { code: "card_declined" }],
  ])("lets an error steer the retry: %j", async (fields, steering) => {
    const error = Object.assign(new Error("no"), fields);
    expect(
      await running(() => {
        throw error;
      }),
    ).toEqual(failedBy("threw", { message: "no" }, steering));
  });

  it("ends a function that never settles at its deadline, and tells it so", async () => {
    let aborted: unknown;
    const answer = await running(
      (_input, { signal }) => {
        signal.addEventListener("abort", () => {
          aborted = signal.reason;
        });
        return new Promise(() => {});
      },
      { deadline_ms: 20 },
    );
    expect(answer).toEqual(failedBy("timeout", { message: "f had not ended after 20 ms." }));
    expect(aborted).toMatchObject({ name: "TimeoutError" });
  });

  it("keeps the last progress, as it was when it was reported", async () => {
    const state = { page: 1 };
    const answer = await running((_input, ctx) => {
      ctx.progress({ page: 0 });
      ctx.progress(state);
      state.page = 2;
      throw new Error("later");
    });
    expect(answer).toMatchObject({ progress: { page: 1 }, outcome: { is: "failed" } });
  });

  it.each([[new Map()], [{ a: [undefined] }], [undefined], ["x".repeat(300_000)]])(
    "refuses progress that cannot be kept (%#)",
    async (value) => {
      const answer = await running((_input, ctx) => ctx.progress(value));
      expect(answer).toEqual(failedBy("threw", { message: expect.stringMatching(/^ctx\.progress takes/) }));
    },
  );

  it("reads the secrets that its entry lists, and no others", async () => {
    const f = defineFunction({ run: (name: string, ctx) => ctx.secret(secret(name)) });
    const { call } = answering(f, [secret("shop/stripe#key")]);
    expect(await call({ payload: "shop/stripe#key" })).toMatchObject({ outcome: { value: { v: "s3cret" } } });
    expect(await call({ payload: "shop/stripe#other" })).toEqual(
      failedBy("threw", {
        message: 'functions.f of the catalog does not list secret("shop/stripe#other"): add it to `secrets` there.',
      }),
    );
  });

  it("says what it had written when it failed, the last lines of it and without secrets", async () => {
    const key = secret("shop/key");
    const f = defineFunction({
      async run(many: number, ctx) {
        const value = await ctx.secret(key);
        for (let n = 1; n <= many; n++) ctx.log.info(`line ${n}`, { value });
        ctx.log.warn("last");
        if (many > 0) throw new TypeError("no");
      },
    });
    const { lines, call } = answering(f, [key]);
    const { outcome } = (await call({ payload: 2 })) as { outcome: { log?: Written } };
    expect(outcome.log?.cut).toBeUndefined();
    expect(outcome.log?.text.replace(/^\S+Z /gm, "").split("\n")).toEqual([
      'INFO  line 1 {"value":"[credential]"}',
      'INFO  line 2 {"value":"[credential]"}',
      "WARN  last",
    ]);
    expect(lines).toHaveLength(3);
    const { outcome: long } = (await call({ payload: 1000 })) as { outcome: { log?: Written } };
    expect(long.log?.cut).toBe(true);
    expect(long.log?.text.length).toBeLessThanOrEqual(longestWritten + 1000);
    expect(long.log?.text).toMatch(/line 1000 .*\n\S+ WARN {2}last$/);
    expect(await call({ payload: 0 })).toEqual({ v: 1, outcome: { is: "completed", value: { v: null } } });
  });

  it("says what it threw without the secrets that it has read", async () => {
    const f = defineFunction({
      async run(_input, ctx) {
        const value = await ctx.secret(secret("shop/key"));
        // As fetch does for a header with a line break in it.
        throw new TypeError(`"Bearer ${value}" is an invalid header value.`, {
          cause: new Error(`${"x".repeat(990)}${value}`),
        });
      },
    });
    const { outcome } = (await answering(f, [secret("shop/key")]).call()) as { outcome: { error: Thrown } };
    expect(outcome.error.message).toMatch(/^"Bearer \[credential\]" is an invalid header value\., caused by Error: x+/);
    expect(JSON.stringify(outcome)).not.toMatch(/s3c/);
  });

  it("says what it had written when it was out of time, also of one line without end", async () => {
    const { outcome } = (await running(
      async (_payload, ctx) => {
        ctx.log.info("x".repeat(10_000));
        await new Promise(() => {});
      },
      { deadline_ms: 20 },
    )) as { outcome: { by: string; log?: Written } };
    expect(outcome).toMatchObject({ by: "timeout", log: { cut: true } });
    expect(outcome.log?.text).toHaveLength(longestWritten);
  });

  it("logs with the job, whatever is logged", async () => {
    const f = defineFunction({
      run: (_input, { log }) => {
        log.info("hello", { total: 1n });
        log.error("odd", { ...cyclic, total: 2 });
        log.error("unread", {
          get total() {
            throw new Error("not loaded");
          },
          unit: "EUR",
        });
        log.error(
          "unlisted",
          new Proxy(
            {},
            {
              ownKeys() {
                throw new Error("gone");
              },
            },
          ),
        );
        for (const message of [
          Symbol("a"),
          7,
          null,
          undefined,
          Object.create(null),
          cyclic,
          Object.assign(Object.create(null), cyclic),
        ])
          log.info(message as string);
      },
    });
    const { call, lines } = answering(f);
    await call();
    const job = { job_id: "job_1", function: "f", attempt: 2, timestamp: expect.any(String) };
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "hello",
        total: "1",
        job_id: "job_1",
        function: "f",
        attempt: 2,
      }),
      { ...job, level: "ERROR", message: "odd", total: 2, unwritten: ["self/it"] },
      { ...job, level: "ERROR", message: "unread", unit: "EUR", unwritten: ["total"] },
      { ...job, level: "ERROR", message: "unlisted", unwritten: [] },
      { ...job, level: "INFO", message: "Symbol(a)" },
      { ...job, level: "INFO", message: 7 },
      { ...job, level: "INFO", message: null },
      { ...job, level: "INFO" },
      { ...job, level: "INFO", message: {} },
      { ...job, level: "INFO", message: "[object Object]" },
      { ...job, level: "INFO", message: "what cannot be written" },
    ]);
  });

  it("has an error in full, which JSON would write as nothing", async () => {
    const cause = new TypeError("no price");
    const { lines, call } = answering(
      defineFunction({
        run: (_input, ctx) => {
          const error = Object.assign(new Error("no such sku", { cause }), { code: "GONE", request: {} });
          Object.assign(error.request, { error });
          ctx.log.warn("failed", { error });
          // As programs without types write it.
          ctx.log.error(cause as never, null as never);
          throw cause;
        },
      }),
    );
    const answer = await call();
    const [warned, said] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(warned?.error).toMatchObject({
      name: "Error",
      message: "no such sku, caused by TypeError: no price",
      code: "GONE",
      stack: expect.stringContaining("answer-call.test.ts"),
    });
    expect(said).toMatchObject({ level: "ERROR", message: "TypeError: no price" });
    expect(answer).toMatchObject({ outcome: { log: { text: expect.stringContaining("no such sku, caused by") } } });
  });
});

describe("a message that cannot be answered", () => {
  const refused = (code: string, message: string) => ({
    v: 1,
    refuse: { code, message: expect.stringContaining(message) },
  });
  const { call } = answering(defineFunction({ run: () => 1 }));

  it.each([
    ["of another version", { v: 2 }, "PROTOCOL", "speaks version 1"],
    ["of another kind", { kind: "decide" as "call" }, "PROTOCOL", "speaks version 1"],
    ["for a function that is not there", { function: "g" }, "UNKNOWN_FUNCTION", "has no function g"],
    ["for what every object has", { function: "constructor" }, "UNKNOWN_FUNCTION", "has no function constructor"],
  ])("is refused: %s", async (_what, overrides, code, message) => {
    expect(await call(overrides)).toEqual(refused(code, message));
  });

  it.each([null, undefined, 7, "call", []])("is refused: %j", async (message) => {
    const host = { functions: {}, resolve: async () => "", write: () => {} };
    expect(await answerCall(host, message)).toEqual(refused("PROTOCOL", "speaks version 1"));
  });
});

describe("a module that offers no such function", () => {
  it.each([
    ["nothing", undefined, "exports no f: export const f = defineFunction({ ... })"],
    ["a plain function", () => 1, "exports a f that defineFunction has not made"],
  ])("fails its jobs for good: %s", async (_what, exported, message) => {
    expect(await answering(exported).call()).toEqual(
      failedBy("threw", { name: "CodeError", message: expect.stringContaining(message) }, { retryable: false }),
    );
  });

  it("fails its jobs with what it throws while it is loaded", async () => {
    const load = async () => {
      throw new TypeError("no DATABASE_URL");
    };
    const host = { functions: { f: { load, export: "f", file: "f.ts" } }, resolve: async () => "", write: () => {} };
    expect(await answerCall(host, aCall())).toEqual(
      failedBy("threw", { name: "TypeError", message: "no DATABASE_URL" }),
    );
  });
});

describe("defineFunction", () => {
  it.each<[object, string]>([
    [{}, "defineFunction needs `run`"],
    [{ run: 7 }, "defineFunction needs `run`"],
    [{ run: () => 1, inputs: {} }, "defineFunction has no option `inputs`: there are `input`, `run`."],
    [{ run: () => 1, input: { type: "object" } }, "is no Standard Schema"],
  ])("refuses %j", (definition, message) => {
    expect(() => defineFunction(definition as never)).toThrow(message);
  });
});
