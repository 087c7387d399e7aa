/*
 * Requests of any size, each large in one way. Most of them are refused: the kindnesses to whoever made a mistake cost the most.
 */

import { JobRequest } from "../../../lambdas/core/requests/job-request.ts";

type Fields = Record<string, unknown>;

/** Makes the body of a request that has about so many bytes. */
export type Shape = (bytes: number) => unknown;

const action = { product_tag: "my-product", env: "prd", event: "create_order" };
const inShop = { product_tag: "shop", env: "dev" };

const sized = (bytes: number) => "x".repeat(bytes);

/** As many fields as fill so many bytes. */
function fields(bytes: number, name: (i: number) => string, value: (i: number) => unknown = () => 1): Fields {
  const each = JSON.stringify({ [name(1000)]: value(1000) }).length;
  return Object.fromEntries(
    Array.from({ length: Math.max(1, Math.floor(bytes / each)) }, (_, i) => [name(i), value(i)]),
  );
}

/** As many items as fill so many bytes. */
function items<Item>(bytes: number, item: (i: number) => Item): Item[] {
  const each = JSON.stringify(item(1000)).length + 1;
  return Array.from({ length: Math.max(1, Math.floor(bytes / each)) }, (_, i) => item(i));
}

/** A few fields that fill so many bytes. */
const huge = (bytes: number, name: (i: number) => string, most = 4): Fields =>
  Object.fromEntries(Array.from({ length: most }, (_, i) => [name(i), sized(bytes / most)]));

/** Nested as deep as a request may be, with equal parts on every level. */
function deep(bytes: number, levels: number): unknown {
  return Array.from({ length: levels }).reduce<unknown>(
    (below) => ({ a: below, ...fields(bytes / levels, (i) => `k${i}`) }),
    1,
  );
}

const calls =
  (input: (bytes: number) => unknown): Shape =>
  (bytes) => ({ ...action, input: input(bytes) });
const expressing =
  (event: string, input: (bytes: number) => unknown): Shape =>
  (bytes) => ({ ...inShop, event, input: input(bytes) });

/** Many times one letter is left out, added or changed. */
const nearly = (word: string) => (i: number) => `${word.slice(0, -1)}${i}`;

/** A field of the request itself, of any kind. */
const kinds: Record<string, (bytes: number) => unknown> = {
  "a long text": sized,
  "many items": (bytes) => items(bytes, (i) => `i${i}`),
  "many faulty items": (bytes) => items(bytes, () => ({})),
  "many fields": (bytes) => fields(bytes, (i) => `f${i}`),
};

/** `product_tag` has to be right: a request of no product is refused at once. */
const requestFields = [...Object.keys(JobRequest.shape), "schedule", "retryConfig", "product"].filter(
  (field) => field !== "product_tag",
);

const inFields: Record<string, Shape> = Object.fromEntries(
  requestFields.flatMap((field) =>
    Object.entries(kinds).map(([kind, make]): [string, Shape] => [
      `${field}: ${kind}`,
      (bytes) => ({ ...action, input: {}, [field]: make(bytes) }),
    ]),
  ),
);

/** The fields of a part of the request. */
const parts: Record<string, Record<string, readonly string[]>> = {
  repeat: { "": ["cron", "tz", "every", "except", "end_date", "endDate"] },
  schedule: { "": ["cron", "tz", "start_at", "endDate"] },
  session: { "": ["tag", "token"] },
  debounce: { "": ["key", "delay"] },
  retryConfig: { "": ["retryableErrors", "initialDelay"] },
};

const inParts: Record<string, Shape> = Object.fromEntries(
  Object.entries(parts).flatMap(([part, { "": names = [] }]) =>
    names.flatMap((name) =>
      Object.entries(kinds).map(([kind, make]): [string, Shape] => [
        `${part}.${name}: ${kind}`,
        (bytes) => ({
          ...action,
          input: {},
          [part]: { ...(part === "repeat" && { cron: "* * * * *" }), [name]: make(bytes) },
        }),
      ]),
    ),
  ),
);

const inputs: Record<string, (bytes: number) => unknown> = {
  "many fields of a body": (bytes) => ({ body: fields(bytes, (i) => `f${i}`) }),
  "few huge fields": (bytes) => ({ body: huge(bytes, (i) => `f${i}`) }),
  "a deep body": (bytes) => ({ body: deep(bytes, 50) }),
  "a body that is too deep": (bytes) => ({ body: deep(bytes, 1000) }),
  "a body of very many brackets": (bytes) => ({ body: items(bytes, () => []) }),
  "a list of numbers": (bytes) => ({ body: items(bytes, () => 255) }),
  "a list of records": (bytes) => ({ body: items(bytes, (i) => ({ id: i, name: "n" })) }),
  "a flat input": (bytes) => fields(bytes, (i) => `f${i}`),
  "a flat input with a misspelt part": (bytes) => ({ ...fields(bytes, (i) => `f${i}`), bdy: {} }),
  "a prefixed input": (bytes) => fields(bytes, (i) => `body:f${i}`),
  "prefixed params": (bytes) => fields(bytes, (i) => `params:f${i}`),
  "prefixed headers": (bytes) => fields(bytes, (i) => `headers:x-f${i}`),
  "prefixed fields that are given twice": (bytes) => ({
    ...fields(bytes / 2, (i) => `body:f${i}`),
    body: fields(
      bytes / 2,
      (i) => `f${i}`,
      () => 2,
    ),
  }),
  "prefixed fields beside a body that is a list": (bytes) => ({ body: [], ...fields(bytes, (i) => `body:f${i}`) }),
  "misspelt prefixes": (bytes) => fields(bytes, (i) => `bdy:f${i}`),
  "other prefixes": (bytes) => fields(bytes, (i) => `${"abcdefgh"[i % 8]}bod${i}:f${i}`),
  "long prefixes": (bytes) => huge(bytes, (i) => `${sized(bytes / 8)}${i}:f`),
  "unknown fields near a part": (bytes) => fields(bytes, nearly("headers")),
  "unknown params": (bytes) => ({ params: fields(bytes, (i) => `customer${i}`) }),
  "faulty params": (bytes) => ({
    params: fields(
      bytes,
      (i) => `p${i}`,
      () => ({}),
    ),
  }),
  "many headers": (bytes) => ({
    headers: fields(
      bytes,
      (i) => `x-${i}`,
      () => "v",
    ),
  }),
  "headers that differ in their case": (bytes) => ({
    headers: {
      ...fields(
        bytes / 2,
        (i) => `x-${i}`,
        () => "v",
      ),
      ...fields(
        bytes / 2,
        (i) => `X-${i}`,
        () => "w",
      ),
    },
  }),
  "faulty headers": (bytes) => ({
    headers: fields(
      bytes,
      (i) => `x ${i}`,
      () => "v",
    ),
  }),
  "headers with faulty values": (bytes) => ({
    headers: fields(
      bytes,
      (i) => `x-${i}`,
      () => "a\nb",
    ),
  }),
  "headers, half of them of a faulty kind": (bytes) => ({
    headers: {
      ...fields(
        bytes / 2,
        (i) => `x ${i}`,
        () => "v",
      ),
      ...fields(
        bytes / 2,
        (i) => `y-${i}`,
        () => ({}),
      ),
    },
  }),
  "a header of many values": (bytes) => ({ headers: { "x-a": items(bytes, () => "a\nb") } }),
  "a query": (bytes) => ({ query: fields(bytes, (i) => `q${i}`) }),
  "a faulty query": (bytes) => ({
    query: fields(
      bytes,
      (i) => `q${i}`,
      () => [null],
    ),
  }),
  "a query with many faults in one field": (bytes) => ({
    query: {
      a: fields(
        bytes,
        (i) => `q${i}`,
        () => [null],
      ),
    },
  }),
  "numbers that are too large": (bytes) => ({
    body: fields(
      bytes,
      (i) => `n${i}`,
      () => 2 ** 60,
    ),
  }),
  "texts that are expressions": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      () => "$Input{a}{b}",
    ),
  }),
  "texts that are escaped expressions": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      () => "$$Input{a}{b}",
    ),
  }),
  "texts of many dollars": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      () => sized(5000).replaceAll("x", "$"),
    ),
  }),
  "texts that are nearly expressions": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      () => `$Concat(${"[".repeat(4000)}`,
    ),
  }),
  "a text that is nearly an expression": (bytes) => ({ body: { a: `$Input${"{a}".repeat(bytes / 3)}x` } }),
  "a name of the whole size": (bytes) => ({ body: {}, [sized(bytes)]: 1 }),
  "a flat name of the whole size": (bytes) => ({ [sized(bytes)]: 1 }),
};

const templates: Record<string, (bytes: number) => unknown> = {
  "many expressions": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      (i) => `$Input{body}{f${i}}`,
    ),
  }),
  "a hundred expressions, and much text": (bytes) => ({
    body: {
      ...fields(
        3000,
        (i) => `e${i}`,
        () => "$Input{body}{big}",
      ),
      big: sized(Math.max(0, bytes - 3000)),
    },
  }),
  "a hundred expressions, and as many values as may be": (bytes) => ({
    body: {
      ...fields(
        2500,
        (i) => `e${i}`,
        () => "$Input{body}{big}",
      ),
      ...fields(Math.min(bytes, 40_000), (i) => `f${i}`),
      big: sized(Math.max(0, bytes - 42_500)),
    },
  }),
  "expressions where others belong": (bytes) => ({
    params: { id: {} },
    headers: fields(
      2000,
      (i) => `x-${i}`,
      () => "$Input{params}",
    ),
    body: { big: sized(bytes) },
  }),
  "expressions and faults": (bytes) => ({
    headers: fields(
      1500,
      (i) => `x-${i}`,
      () => "$Input{body}",
    ),
    params: fields(
      Math.min(bytes, 30_000),
      (i) => `p${i}`,
      () => ({}),
    ),
    body: { big: sized(Math.max(0, bytes - 30_000)) },
  }),
  "a long expression": (bytes) => ({ body: { a: `$Concat([${"'a',".repeat(bytes / 4)}'b'])` } }),
  "a text of many expressions": (bytes) => ({ body: { a: "hi $Input{body}{b} ".repeat(bytes / 19) } }),
  "a text of many words": (bytes) => ({ body: { a: `${"$A ".repeat(bytes / 6)}${" ".repeat(bytes / 2)}` } }),
  "a text of many words before other blanks": (bytes) => ({
    body: { a: `x ${"$Auth ".repeat(bytes / 12)}${"\t".repeat(bytes / 2)}x` },
  }),
  "a text of dollars": (bytes) => ({ body: { a: "$".repeat(bytes) } }),
  "long keys": (bytes) => ({ body: { a: `hi $Input{${sized(bytes)}}` } }),
  "keys that do not end": (bytes) => ({ body: { a: `hi $Input{"${" ".repeat(bytes)}` } }),
  "many keys": (bytes) => ({ body: { a: `$Input${"{a}".repeat(bytes / 3)}` } }),
  "deep expressions": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      () => `${"$Trim(".repeat(49)}'a'${")".repeat(49)}`,
    ),
  }),
  "expressions that are nested too deep": (bytes) => ({ body: { a: `${"$Trim(".repeat(bytes / 7)}'a'` } }),
  "unknown words": (bytes) => ({
    body: fields(
      bytes,
      (i) => `e${i}`,
      (i) => `hi $Inpt${i}{a}`,
    ),
  }),
  "a long unknown word": (bytes) => ({ body: { a: `hi $${"A".repeat(bytes)}{a}` } }),
};

const others: Record<string, Shape> = {
  "unknown fields": (bytes) => ({ ...action, input: {}, ...fields(bytes, (i) => `f${i}`) }),
  "unknown fields near known ones": (bytes) => ({ ...action, input: {}, ...fields(bytes, nearly("idempotency_key")) }),
  "an unknown field of the whole size": (bytes) => ({ ...action, input: {}, [sized(bytes)]: 1 }),
  "few huge unknown fields": (bytes) => ({ ...action, input: {}, ...fields(bytes, (i) => `${i}${sized(bytes / 50)}`) }),
  "an unknown product of the whole size": (bytes) => ({ ...action, product_tag: sized(bytes), input: {} }),
  "a list instead of a request": (bytes) => items(bytes, () => 1),
  "a text instead of a request": sized,
  "a feature with unknown fields": (bytes) => ({
    ...action,
    event: "place_order",
    input: fields(bytes, nearly("customer")),
  }),
  "a feature with long names": (bytes) => ({
    ...action,
    event: "place_order",
    input: huge(bytes, (i) => sized(bytes / 4) + i),
  }),
  "a feature with a long text": (bytes) => ({
    ...action,
    event: "place_order",
    input: { customer: "c", quantity: 1, sku: sized(bytes) },
  }),
  recipients: (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "order_update", email: { to: items(bytes, (i) => `a${i}@b.example`), subject: "s", template: "t" } },
  }),
  "recipients in one text": (bytes) => ({
    ...action,
    event: "send_notification",
    input: {
      slug: "order_update",
      email: { to: `"a" <a@b.example>, ".repeat(bytes / 20)}`.padEnd(bytes, '<",'), subject: "s", template: "t" },
    },
  }),
  "an address without an end": (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "order_update", email: { to: sized(bytes), subject: "s", template: "t" } },
  }),
  "a name without an end": (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "order_update", email: { to: `"${'\\"'.repeat(bytes / 2)}`, subject: "s", template: "t" } },
  }),
  "a number of an SMS": (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "order_update", sms: { to: items(bytes, () => "(--"), body: "b" } },
  }),
  "a callback": (bytes) => ({
    ...action,
    event: "send_notification",
    input: {
      slug: "order_update",
      callback: { query: fields(bytes, (i) => `q${i}`), params: fields(bytes, (i) => `p${i}`) },
    },
  }),
  variables: (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "welcome", email: { to: "a@b.example", subject: fields(bytes, (i) => `v${i}`), template: {} } },
  }),
  "texts by locale": (bytes) => ({
    ...action,
    event: "send_notification",
    input: {
      slug: "order_update",
      email: {
        to: "a@b.example",
        subject: fields(
          bytes,
          (i) => `l${i}`,
          () => ({}),
        ),
        template: "t",
      },
    },
  }),
  "device tokens": (bytes) => ({
    ...action,
    event: "send_notification",
    input: { slug: "welcome", push_notification: { device_tokens: items(bytes, (i) => `t${i}`) } },
  }),
  rows: (bytes) => ({
    ...action,
    event: "record_order",
    input: { data: items(bytes, (i) => ({ id: "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e", customer: `c${i}`, total: 1 })) },
  }),
  "faulty rows": (bytes) => ({ ...action, event: "record_order", input: { data: items(bytes, () => ({ id: 1 })) } }),
  columns: (bytes) => ({ ...action, event: "record_order", input: { data: fields(bytes, nearly("customer")) } }),
  "a query of a database": (bytes) => ({
    ...action,
    event: "record_order",
    input: { query: fields(bytes, (i) => `q${i}`) },
  }),
  "a payload": (bytes) => ({ ...action, event: "calculate_price", input: { payload: fields(bytes, (i) => `p${i}`) } }),
  "unknown fields of a function": (bytes) => ({
    ...action,
    event: "calculate_price",
    input: fields(bytes, nearly("payload")),
  }),
  "a file in base64": (bytes) => ({
    ...action,
    event: "store_document",
    input: { buffer: "AAAA".repeat(bytes / 4), fileName: "a" },
  }),
  "a file of bytes": (bytes) => ({
    ...action,
    event: "store_document",
    input: { buffer: { type: "Buffer", data: items(bytes, () => 255) }, fileName: "a" },
  }),
  "a file that is no base64": (bytes) => ({
    ...action,
    event: "store_document",
    input: { buffer: `${sized(bytes)}=!`, fileName: "a" },
  }),
  "a long file name": (bytes) => ({
    ...action,
    event: "store_document",
    input: { buffer: "AAAA", fileName: "a/".repeat(bytes / 2) },
  }),
  "a long media type": (bytes) => ({
    ...action,
    event: "store_document",
    input: { buffer: "AAAA", mimeType: `a/b${"; a=b".repeat(bytes / 5)}!` },
  }),
  metadata: (bytes) => ({
    ...action,
    event: "store_document",
    input: {
      buffer: "AAAA",
      metadata: fields(
        bytes,
        (i) => `m${i}`,
        () => "v",
      ),
    },
  }),
  "a message": (bytes) => ({ ...action, event: "announce_order", input: { message: fields(bytes, (i) => `m${i}`) } }),
  "attributes of a message": (bytes) => ({
    ...action,
    event: "announce_order",
    input: {
      message: {},
      headers: fields(
        bytes,
        (i) => `h${i}`,
        () => "v",
      ),
    },
  }),
  "the key of a limit": (bytes) => ({ ...action, event: "call_partner", input: { query: { customer: sized(bytes) } } }),
  "a key of many parts": (bytes) => ({
    ...action,
    event: "call_partner",
    input: { query: { customer: fields(bytes, (i) => `c${i}`) } },
  }),
  "a key of debounce": (bytes) => ({
    product_tag: "shared",
    env: "dev",
    event: "index",
    input: { body: { user: sized(bytes) } },
  }),
  "a key of unique": (bytes) => ({
    product_tag: "shared",
    env: "dev",
    event: "sync",
    input: { body: { user: sized(bytes) } },
  }),
  "a cron text": (bytes) => ({ ...action, input: {}, repeat: { cron: `${"1,".repeat(bytes / 2)}1 * * * *` } }),
  "a cron text of blanks": (bytes) => ({ ...action, input: {}, repeat: { cron: `*${" ".repeat(bytes)}x` } }),
  "a time of digits": (bytes) => ({ ...action, input: {}, start_at: `2030-01-01T00:00:00.${"0".repeat(bytes)}x` }),
  "a duration of digits": (bytes) => ({ ...action, input: {}, debounce: { delay: "1".repeat(bytes) } }),
  "a retry rule of signs": (bytes) => ({
    ...action,
    input: {},
    retry_config: { retryable_errors: ["-".repeat(bytes)] },
  }),
  "retry rules near codes": (bytes) => ({
    ...action,
    input: {},
    retry_config: { retryable_errors: items(bytes, (i) => `TIMEOU${i}`) },
  }),
};

const named = (prefix: string, shapes: Record<string, Shape>): [string, Shape][] =>
  Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]);

const mapped = (of: Record<string, (bytes: number) => unknown>, by: (input: (bytes: number) => unknown) => Shape) =>
  Object.fromEntries(Object.entries(of).map(([name, input]) => [name, by(input)]));

/** Every shape by its name. */
export const shapes: ReadonlyMap<string, Shape> = new Map([
  ...named("", others),
  ...named("an action: ", mapped(inputs, calls)),
  ...named(
    "expressions: ",
    mapped(templates, (input) => expressing("order_x", input)),
  ),
  ...named(
    "expressions of a plain event: ",
    mapped(templates, (input) => expressing("order", input)),
  ),
  ...named(
    "expressions of a notification: ",
    mapped(templates, (input) => expressing("tell_x", input)),
  ),
  ...named(
    "expressions of a feature: ",
    mapped(templates, (input) => expressing("onboard_x", input)),
  ),
  ...named("", inFields),
  ...named("", inParts),
]);
