import { RequestError } from "../../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../../lambdas/core/requests/request.ts";
import { rewriteRequest, rewriteReschedule } from "../../../../../lambdas/core/requests/spellings/rewrite.ts";
import { seeded } from "../../../../simulation/random.ts";
import { catalog } from "../../../../support/catalog/catalog.ts";
import { respell } from "../../../../support/ductape/respell.ts";
import { fc } from "../../../../support/properties.ts";
import { sampleRequests } from "../../../../support/sample-requests.ts";

type Fields = Record<string, unknown>;

const noon = Date.UTC(2030, 0, 1, 12);
const place = { product_tag: "my-product", env: "prd" };
const action = { ...place, event: "create_order" };
const notification = { ...place, event: "send_notification" };
const record = { ...place, event: "record_order" };
const document = { ...place, event: "store_document" };
const order = { params: { customer: "c-42" }, body: { sku: "A-1" } };
const push = { title: { en: "Hi" }, body: { en: "There" }, device_token: "t" };
const row = { id: "0193a5c1-1111-7222-8333-444455556666", customer: "ada", total: 1.5 };

const plainOf = (request: unknown) => rewriteRequest(request, catalog).request;
const parse = (request: unknown) => parseRequest(request, catalog, noon);

function faultsOf(request: unknown): RequestError["faults"] {
  try {
    parse(request);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.faults;
    throw error;
  }
}

/** A documented spelling, and the same in ours. */
const spellings: [what: string, theirs: Fields, ours: Fields][] = [
  ["product", { env: "prd", product: "my-product", event: "create_order", input: {} }, { ...action, input: {} }],
  [
    "retryConfig",
    {
      ...action,
      input: {},
      retryConfig: {
        initialDelay: 1,
        maxDelay: 2,
        backoffMultiplier: 3,
        retryableErrors: ["TIMEOUT"],
        nonRetryableErrors: ["NOT_FOUND"],
        jitter: true,
        jitterPercent: 0.3,
      },
    },
    {
      ...action,
      input: {},
      retry_config: {
        initial_delay: 1,
        max_delay: 2,
        backoff_multiplier: 3,
        retryable_errors: ["TIMEOUT"],
        only_retryable_errors: true,
        non_retryable_errors: ["NOT_FOUND"],
        jitter: true,
        jitter_percent: 0.3,
      },
      retries: 0,
    },
  ],
  [
    "camelCase within retry_config",
    { ...action, input: {}, retry_config: { initialDelay: 1, max_delay: 2 } },
    { ...action, input: {}, retry_config: { initial_delay: 1, max_delay: 2 }, retries: 0 },
  ],
  ["schedule of one time", { ...action, input: {}, schedule: { start_at: 5 } }, { ...action, input: {}, start_at: 5 }],
  [
    "schedule of a series",
    { ...action, input: {}, schedule: { start_at: 5, cron: "* * * * *", tz: "UTC", limit: 2, endDate: 9e12 } },
    { ...action, input: {}, start_at: 5, repeat: { cron: "* * * * *", tz: "UTC", limit: 2, end_date: 9e12 } },
  ],
  [
    "the timezone of a schedule",
    { ...action, input: {}, schedule: { cron: "0 * * * *", timezone: "America/New_York" } },
    { ...action, input: {}, repeat: { cron: "0 * * * *", tz: "America/New_York" } },
  ],
  [
    "a session as a text",
    { ...action, input: {}, session: "user-session:eyJhbGciOi.a:b" },
    { ...action, input: {}, session: { tag: "user-session", token: "eyJhbGciOi.a:b" } },
  ],
  [
    "endDate",
    { ...action, input: {}, repeat: { every: 1000, endDate: "2030-12-31T23:59:59Z" } },
    { ...action, input: {}, repeat: { every: 1000, end_date: "2030-12-31T23:59:59Z" } },
  ],
  [
    "a bare date, which is the end of that day in UTC",
    { ...action, input: {}, repeat: { every: 1000, endDate: "2030-12-31" } },
    { ...action, input: {}, repeat: { every: 1000, end_date: Date.parse("2031-01-01T00:00:00Z") - 1 } },
  ],
  [
    "a bare date in the zone of the series",
    { ...action, input: {}, repeat: { cron: "0 9 * * *", tz: "America/New_York", end_date: "2030-07-04" } },
    {
      ...action,
      input: {},
      repeat: {
        cron: "0 9 * * *",
        tz: "America/New_York",
        end_date: Date.parse("2030-07-05T00:00:00-04:00") - 1,
      },
    },
  ],
  [
    "every as the fallback of cron",
    { ...action, input: {}, repeat: { cron: "* * * * *", every: 1000 } },
    { ...action, input: {}, repeat: { cron: "* * * * *" } },
  ],
  [
    "{} for optional parts",
    { ...action, input: {}, app: {}, retries: {}, repeat: {}, retryConfig: {}, schedule: {}, session: {}, cache: {} },
    { ...action, input: {} },
  ],
  ["a cache tag", { ...action, input: {}, cache: "orders" }, { ...action, input: {}, cache: "orders" }],
  ["an empty cache tag", { ...action, input: {}, cache: "" }, { ...action, input: {} }],
  ["target:action", { ...place, event: "shop:create_order", input: order }, { ...action, input: order }],
  [
    "the name of an action of the app",
    { ...place, app: "orders", event: "create", input: {} },
    { ...record, app: "orders", input: {} },
  ],
  [
    "notification:message",
    { ...place, event: "customers:order_update", input: { push_notification: push } },
    { ...notification, input: { push_notification: push, slug: "order_update" } },
  ],
  [
    "db_tag:action_tag",
    { ...place, event: "orders:create", input: { data: row } },
    { ...record, input: { data: row } },
  ],
  ["{} for parts of a call", { ...action, input: { query: {}, ...order, headers: {} } }, { ...action, input: order }],
  [
    "prefixed input",
    {
      ...action,
      input: { "params:customer": "c-42", "body:sku": "A-1", "query:page": 2, "headers:X-Request-ID": "r" },
    },
    { ...action, input: { ...order, query: { page: 2 }, headers: { "X-Request-ID": "r" } } },
  ],
  [
    "flat input: a param of the path, a query parameter with a default, and the body",
    { ...action, input: { customer: "c-42", source: "web", sku: "A-1" } },
    { ...action, input: { params: { customer: "c-42" }, query: { source: "web" }, body: { sku: "A-1" } } },
  ],
  [
    "flat input with a prefix where two parts have the name",
    { ...action, input: { customer: "c-42", "body:customer": "Ada" } },
    { ...action, input: { params: { customer: "c-42" }, body: { customer: "Ada" } } },
  ],
  [
    "{} for channels",
    { ...notification, input: { slug: "order_update", push_notification: push, email: {}, sms: {}, callback: {} } },
    { ...notification, input: { slug: "order_update", push_notification: push } },
  ],
  [
    "recipients, of e-mail and sms",
    { ...notification, input: { slug: "s", email: { recipients: ["a@b.c"] }, sms: { recipients: ["+1"], body: {} } } },
    { ...notification, input: { slug: "s", email: { to: ["a@b.c"] }, sms: { to: ["+1"], body: {} } } },
  ],
  [
    "webhook",
    { ...notification, input: { slug: "order_update", webhook: { body: { a: 1 } } } },
    { ...notification, input: { slug: "order_update", callback: { body: { a: 1 } } } },
  ],
  [
    "an sms of variables",
    { ...notification, input: { slug: "s", sms: { phone: "+1", name: "Ada" } } },
    { ...notification, input: { slug: "s", sms: { body: { phone: "+1", name: "Ada" } } } },
  ],
  [
    "query as filter",
    { ...place, event: "orders_of_customer", input: { query: { customer: "ada" } } },
    { ...place, event: "orders_of_customer", input: { filter: { customer: "ada" } } },
  ],
  ["{} for filter", { ...record, input: { data: row, filter: {} } }, { ...record, input: { data: row } }],
  ["{} for data", { ...record, input: { data: {}, query: { a: 1 } } }, { ...record, input: { filter: { a: 1 } } }],
  [
    "blob, and no mimeType",
    { ...document, input: { blob: "aGVsbG8=", fileName: "a.txt", mimeType: "" } },
    { ...document, input: { buffer: "aGVsbG8=", fileName: "a.txt" } },
  ],
];

test.each(spellings)("%s is rewritten", (_what, theirs, ours) => {
  expect(plainOf(theirs)).toEqual(ours);
});

test.each(spellings)("%s: our spelling of it passes unchanged", (_what, _theirs, ours) => {
  expect(plainOf(ours)).toBe(ours);
});

test.each(["callback", "sms"])("an empty %s alone requires nothing of the request", (channel) => {
  const request = { ...notification, input: { slug: "order_update", [channel]: {} } };
  expect(plainOf(request)).toBe(request);
});

test("a request without a start means now", () => {
  const { due_at, fingerprint } = parse({ ...action, input: order });
  expect(due_at).toBe(noon);
  expect(fingerprint).toBe(parse({ ...action, input: order, start_at: 0 }).fingerprint);
});

test("rewriting leaves the caller's request unchanged", () => {
  for (const [, theirs] of spellings) {
    const before = structuredClone(theirs);
    plainOf(theirs);
    expect(theirs).toEqual(before);
  }
});

test.each<[string, Fields, [pointer: string, detail: RegExp][]]>([
  ["session", { session: { tag: "user", token: "t" } }, [["/session/tag", /no sessions/]]],
  ["a session as a text", { session: "user:token" }, [["/session", /no sessions/]]],
  ["a session without a tag", { session: "s3cret" }, [["/session", /^(?!.*s3cret)/]]],
  [
    "two zones",
    { schedule: { cron: "0 9 * * *", tz: "UTC", timezone: "Europe/Berlin" } },
    [["/schedule/timezone", /means \/repeat\/tz.*one of the two/]],
  ],
  ["a schedule that is none", { schedule: "daily" }, [["/schedule", /must be an object/]]],
  ["a schedule without a series", { schedule: { tz: "UTC" } }, [["/schedule", /needs either cron or every/]]],
  ["an unknown field of schedule", { schedule: { cron: "* * * * *", evry: 1 } }, [["/schedule/evry", /Did you mean/]]],
  ["a faulty cron of schedule", { schedule: { cron: "x" } }, [["/schedule/cron", /./]]],
  ["a faulty end of schedule", { schedule: { every: 1000, endDate: "soon" } }, [["/schedule/endDate", /Unix time/]]],
  ["a faulty start of schedule", { schedule: { start_at: -1 } }, [["/schedule/start_at", /Unix time/]]],
  ["a day that is none", { repeat: { every: 1000, endDate: "2030-02-30" } }, [["/repeat/endDate", /does not exist/]]],
  ["a faulty delay", { retryConfig: { initialDelay: -1 } }, [["/retryConfig/initialDelay", /at least 0/]]],
  ["an unknown field of retryConfig", { retryConfig: { delay: 1 } }, [["/retryConfig/delay", /unknown field/]]],
  [
    "both spellings of a field",
    { retryConfig: { initialDelay: 1, initial_delay: 2 } },
    [["/retryConfig/initialDelay", /means \/retry_config\/initial_delay.*one of the two/]],
  ],
  ["two products", { product: "other" }, [["/product", /means \/product_tag: give one of the two/]]],
  [
    "two starts",
    { start_at: 5, schedule: { start_at: 6 } },
    [["/schedule/start_at", /means \/start_at: give one of the two/]],
  ],
  [
    "two series",
    { repeat: { every: 1000 }, schedule: { every: 2000 } },
    [["/schedule/every", /means \/repeat\/every: give one of the two/]],
  ],
  ["a header that cannot be set", { input: { "headers:Host": "x" } }, [["/input/headers:Host", /cannot be set/]]],
  ["a param that leads elsewhere", { input: { "params:customer": ".." } }, [["/input/params:customer", /"\.\."/]]],
  [
    "fields beside parts",
    { input: { body: { sku: "A-1" }, customer: "c-42" } },
    [["/input/customer", /unknown field/]],
  ],
  ["a misspelt part", { input: { heders: { a: "b" } } }, [["/input/heders", /Did you mean "headers"/]]],
  ["an event of no app", { app: "shop", event: "create" }, [["/event", /no such job event/]]],
])("%s is refused where it stands", (_what, more, expected) => {
  const faults = faultsOf({ ...action, input: order, ...more });
  expect(faults).toEqual(expected.map(([pointer, detail]) => ({ pointer, detail: expect.stringMatching(detail) })));
});

test.each<[string, Fields, string, RegExp]>([
  ["the message", { event: "customers:nope", input: { push_notification: push } }, "/event", /no such job event/],
  [
    "another slug",
    { event: "customers:welcome", input: { slug: "order_update", callback: {} } },
    "/input/slug",
    /"welcome" in the name of the event/,
  ],
  ["recipients", { input: { slug: "order_update", email: { recipients: 5 } } }, "/input/email/recipients", /string/],
  ["webhook", { input: { slug: "order_update", webhook: { bdy: 1 } } }, "/input/webhook/bdy", /Did you mean "body"/],
])("a flat notification points to its fault of %s", (_what, more, pointer, detail) => {
  expect(faultsOf({ ...notification, ...more })).toContainEqual({ pointer, detail: expect.stringMatching(detail) });
});

test("a name without an event says what the catalog lacks", () => {
  const product = { ...catalog.products[0], jobs: {} };
  const without = { ...catalog, products: [product] } as typeof catalog;
  const { faults } = rewriteRequest({ ...place, event: "orders:create", input: {} }, without);
  expect(faults).toEqual([{ pointer: "/event", detail: expect.stringMatching(/databases.*jobs.*add one/) }]);
});

test("a name of several events is refused with their tags", () => {
  const [product] = catalog.products;
  const jobs = { a: product?.jobs.record_order, b: product?.jobs.record_order };
  const twice = { ...catalog, products: [{ ...product, jobs }] } as typeof catalog;
  const { faults } = rewriteRequest({ ...place, event: "orders:create", input: {} }, twice);
  expect(faults).toEqual([{ pointer: "/event", detail: "stands for several events: name one of a, b" }]);
});

test("the name of a storage means the event that stores into it", () => {
  const input = { buffer: "aGVsbG8=", fileName: "hello.txt" };
  expect(parse({ ...place, event: "documents", input })).toMatchObject({ tag: "store_document", input });
  expect(() => parse({ ...place, event: "document", input })).toThrow(/no such job event/);
});

test("explain returns what was understood of the request", () => {
  const repeat = { cron: "0 9 * * *", every: 1000, tz: "Europe/Berlin", endDate: "2031-03-30" };
  expect(parse({ ...action, input: order, schedule: repeat }).notes).toEqual([
    { pointer: "/schedule/every", detail: expect.stringContaining("cron counts") },
    { pointer: "/schedule/endDate", detail: "is the end of that day in Europe/Berlin" },
  ]);
  expect(parse({ ...action, input: order })).not.toHaveProperty("notes");
});

describe("an idempotency key in another spelling", () => {
  it("names the same job", () => {
    const accepted = spellings.filter(([, , one]) => faultsOf(one).length === 0);
    expect(accepted.length).toBeGreaterThan(0);
    for (const [, theirs, ours] of accepted) {
      expect(parse(theirs).fingerprint).toBe(parse(ours).fingerprint);
    }
  });

  it("names its job from before the spelling was rewritten", () => {
    const written = { ...action, input: { query: {}, ...order }, start_at: 0, idempotency_key: "k" };
    const plain = { ...action, input: order, start_at: 0, idempotency_key: "k" };
    expect(parse(written).written_fingerprint).not.toBe(parse(written).fingerprint);
    expect(parse(written).written_fingerprint).not.toBe(parse(plain).fingerprint);
    expect(parse(plain)).not.toHaveProperty("written_fingerprint");
  });
});

test("any documented spelling of a request asks for the same job", () => {
  const events = Object.values(sampleRequests);
  const requests = events.flatMap(({ event, good }) => good.map((input) => ({ ...place, event, input })));
  const series = { cron: "0 9 * * *", tz: "Europe/Berlin", end_date: 1_900_000_000_000, limit: 3 };
  const options = [
    {},
    { start_at: 1_900_000_000 },
    { start_at: 0, repeat: series },
    {
      repeat: { every: 5000 },
      // What these mean is another thing in each spelling, unless they say so.
      retries: 3,
      retry_config: { initial_delay: 5, retryable_errors: ["NOT_FOUND"], only_retryable_errors: true },
    },
  ];
  fc.assert(
    fc.property(fc.constantFrom(...requests), fc.constantFrom(...options), fc.nat(), (request, option, seed) => {
      const plain = { ...request, ...option };
      const { fingerprint, notes: _notes, written_fingerprint: _written, ...job } = parse(respell(seeded(seed), plain));
      const expected = parse(plain);
      expect({ ...job, fingerprint }).toEqual({ ...expected, written_fingerprint: undefined });
    }),
    { numRuns: 2000 },
  );
});

test.each<[string, Fields, Fields]>([
  ["cron", { cron: "0 10 * * *", tz: "UTC" }, { repeat: { cron: "0 10 * * *", tz: "UTC" } }],
  ["every", { every: 7_200_000, limit: 3 }, { repeat: { every: 7_200_000, limit: 3 } }],
  ["schedule", { schedule: { start_at: 5 } }, { start_at: 5 }],
  [
    "both, and an end",
    { every: 1000, endDate: 9e12, start_at: 5 },
    { start_at: 5, repeat: { every: 1000, end_date: 9e12 } },
  ],
])("a request to reschedule by %s is rewritten", (_what, theirs, ours) => {
  expect(rewriteReschedule(theirs).request).toEqual(ours);
  expect(rewriteReschedule(ours).request).toBe(ours);
});

test("a value that is no request is not rewritten", () => {
  for (const body of [undefined, null, 1, "x", [], [{ product: "x" }]]) expect(plainOf(body)).toBe(body);
});

test("a field called __proto__ stays a field in a rewritten request", () => {
  const input = JSON.parse('{"body:__proto__": 1, "headers:a": "b"}');
  const plain = plainOf({ ...action, input }) as { input: { body: object } };
  expect(Object.keys(plain.input.body)).toEqual(["__proto__"]);
});
