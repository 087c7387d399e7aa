import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { catalog } from "../../../support/catalog/catalog.ts";

const now = Date.UTC(2026, 0, 1);
const order = { params: { customer: "42" }, body: { item: "tea" } };
const valid = { env: "prd", product_tag: "my-product", event: "create_order", input: order, start_at: 0 };

const parse = (body: unknown, header?: string) => parseRequest(body, catalog, now, header);

function refusal(body: unknown, header?: string): RequestError {
  try {
    parse(body, header);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("an input", () => {
  const withBody = (body: Record<string, unknown>) => ({ ...valid, input: { body } });

  it("of more values than the memory holds is refused, even if small", () => {
    const many = withBody({ list: Array.from({ length: 250_001 }, () => []) });
    expect(refusal(many).faults).toEqual([
      { pointer: "/input", detail: expect.stringContaining("more than 250000 values") },
    ]);
  });

  it("of many records, and of a million numbers, is accepted", () => {
    const records = Array.from({ length: 40_000 }, (_, id) => ({ id, name: "tea", price: 2.5, ok: true }));
    expect(parse(withBody({ records })).input).toBeDefined();
    expect(parse(withBody({ numbers: Array.from({ length: 1_000_000 }, () => 7) })).input).toBeDefined();
  });
});

describe("a series", () => {
  it.each([8.64e15, 8.64e15 + 1, Number.MAX_SAFE_INTEGER, 1e300])(
    "that starts at %d is refused without a search",
    (start_at) => {
      for (const repeat of [
        { cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" },
        { cron: "0 0 29 2 *" },
        { every: 1000 },
      ]) {
        expect(refusal({ ...valid, start_at, repeat }).faults).toEqual([
          { pointer: "/start_at", detail: expect.stringMatching(/more than 5 years ahead|later than the latest/) },
        ]);
      }
    },
  );

  it("may end at the latest possible time", () => {
    const ending = (end_date: number) => ({ ...valid, repeat: { every: 1000, end_date } });
    expect(parse(ending(8.64e15)).repeat?.end_date).toBe(8.64e15);
    for (const end_date of [8.64e15 + 1, 1e200]) {
      expect(refusal(ending(end_date)).faults).toEqual([
        { pointer: "/repeat/end_date", detail: "is later than the latest possible time (8.64e15)" },
      ]);
    }
  });
});

/** Every place of a request that takes a number of the request's own, as it would be sent. */
const numbers: [pointer: string, request: (number: number) => object][] = [
  ["/start_at", (start_at) => ({ start_at })],
  ["/retries", (retries) => ({ retries })],
  ["/expires_at", (expires_at) => ({ expires_at })],
  ["/timeout_ms", (timeout_ms) => ({ timeout_ms })],
  ...["initial_delay", "max_delay", "backoff_multiplier"].map((field): [string, (number: number) => object] => [
    `/retry_config/${field}`,
    (number) => ({ retry_config: { [field]: number } }),
  ]),
  ["/repeat/every", (every) => ({ repeat: { every } })],
  ["/repeat/limit", (limit) => ({ repeat: { every: 1000, limit } })],
  ["/repeat/end_date", (end_date) => ({ repeat: { every: 1000, end_date } })],
];

test.each(numbers)("%s has an upper bound that DynamoDB can hold", (pointer, of) => {
  for (const number of [1e126, 1e200, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
    const { faults } = refusal({ ...valid, ...of(number) });
    expect(new Set(faults.map((fault) => fault.pointer))).toEqual(new Set([pointer]));
  }
});

describe("the example of Ductape's page", () => {
  it("is accepted, and starts now although its start_at is in 1976", () => {
    const request = parse({
      env: "prd",
      product_tag: "my-product",
      event: "send_notification",
      input: {
        slug: "order_update",
        push_notification: {
          title: { en: "Order Shipped" },
          body: { en: "Your order #12345 has been shipped!" },
          data: { trackingId: "XYZ987" },
          device_token: "abcdef123456",
        },
      },
      start_at: 198766789,
    });
    expect(request).toMatchObject({ tag: "send_notification", due_at: now, retries: 3, timeout_ms: 30_000 });
  });
});

describe("start_at", () => {
  it.each([
    ["0", 0, now],
    ["seconds", 1_800_000_000, 1_800_000_000_000],
    ["milliseconds", 1_800_000_000_123, 1_800_000_000_123],
    ["fractional seconds, rounded up", 1_800_000_000.0001, 1_800_000_000_001],
    ["RFC 3339 in Zulu", "2027-01-15T08:00:00Z", 1_800_000_000_000],
    ["RFC 3339 with an offset", "2027-01-15T10:00:00.5+02:00", 1_800_000_000_500],
    ["a past string", "1999-01-01T00:00:00Z", now],
  ])("may be %s", (_how, start_at, due_at) => {
    expect(parse({ ...valid, start_at }).due_at).toBe(due_at);
  });

  it.each([
    ["negative", -1],
    ["a local time", "2027-01-15T08:00:00"],
    ["words", "tomorrow"],
    ["an overflow", Number.POSITIVE_INFINITY],
    ["null", null],
    ["more than 5 years ahead", (now + 6 * 365 * 86_400_000) / 1000],
  ])("is refused when %s", (_how, start_at) => {
    expect(refusal({ ...valid, start_at }).faults).toEqual([{ pointer: "/start_at", detail: expect.any(String) }]);
  });
});

describe("a request's faults", () => {
  it("come together, each with its pointer, and quote no value", () => {
    const { code, faults } = refusal({
      ...valid,
      env: 7,
      retry_config: { jitter: "s3cret" },
      input: { params: { customer: { a: "s3cret" } }, boddy: {} },
    });
    expect(code).toBe("INVALID_REQUEST");
    expect(faults.map((fault) => fault.pointer).sort()).toEqual([
      "/env",
      "/input/boddy",
      "/input/params/customer",
      "/retry_config/jitter",
    ]);
    expect(JSON.stringify(faults)).not.toContain("s3cret");
  });

  const pointers = (body: object, headerKey?: string) => refusal(body, headerKey).faults.map(({ pointer }) => pointer);

  it("of the options come beside an unknown or wrong field", () => {
    const wrong = { labells: [], retries: 21, timeout_ms: 10_000_000, app: "shp", task_token: "t".repeat(100) };
    const more = { expires_at: now - 1, repeat: { every: 1000, tz: "UTC" }, idempotency_key: "k2" };
    expect(pointers({ ...valid, ...wrong, ...more }, "k1").sort()).toEqual([
      "/app",
      "/expires_at",
      "/idempotency_key",
      "/labells",
      "/repeat/tz",
      "/retries",
      "/task_token",
      "/timeout_ms",
    ]);
  });

  it.each([
    ["product", { product_tag: "my-produkt" }, "/product_tag"],
    ["env", { env: "prod" }, "/env"],
    ["event", { event: "create_orders" }, "/event"],
  ])("name an unknown %s beside a wrong field", (_what, change, pointer) => {
    expect(pointers({ ...valid, ...change, retries: 21 })).toEqual(["/retries", pointer]);
  });

  it("of an input come beside an unknown field in it", () => {
    const send = { ...valid, event: "send_notification" };
    const sms = { to: "+4930123456", body: { en: "hi" }, too: 1 };
    expect(pointers({ ...send, input: { slug: "order_update", sms, locale: 7 } }).sort()).toEqual([
      "/input/locale",
      "/input/sms",
      "/input/sms/too",
    ]);
    const record = { ...valid, event: "orders_of_customer" };
    expect(pointers({ ...record, input: { data: {}, filter: [] } })).toEqual(["/input/filter"]);
  });

  it("name the nearest known field", () => {
    expect(refusal({ ...valid, labells: [] }).faults).toEqual([
      { pointer: "/labells", detail: 'unknown field. Did you mean "labels"?' },
    ]);
    expect(refusal({ ...valid, start: 0 }).faults[0]?.detail).toBe('unknown field. Did you mean "start_at"?');
    expect(refusal({ ...valid, input: { bdy: {}, zzzzzzz: 1 } }).faults).toEqual([
      { pointer: "/input/bdy", detail: 'unknown field. Did you mean "body"?' },
      { pointer: "/input/zzzzzzz", detail: "unknown field." },
    ]);
  });

  it.each([
    ["an array", []],
    ["a string", "x"],
    ["null", null],
    ["nothing", undefined],
  ])("include a body that is %s", (_what, body) => {
    expect(refusal(body).code).toBe("INVALID_REQUEST");
  });

  it("include an input that is nested too deeply", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(refusal({ ...valid, input: { body: { deep } } }).faults[0]?.detail).toMatch(/nested deeper/);
  });
});

describe("a request that the catalog does not fit", () => {
  it.each([
    ["product_tag", "my-prodct", "PRODUCT_NOT_FOUND", /Did you mean "my-product"/],
    ["env", "prod", "ENV_NOT_FOUND", /Did you mean "prd"/],
    ["event", "create_ordr", "EVENT_NOT_FOUND", /Did you mean "create_order"/],
    ["event", "constructor", "EVENT_NOT_FOUND", /no such job event/],
    ["event", "__proto__", "EVENT_NOT_FOUND", /no such job event/],
  ])("for its unknown %s (%s) is %s", (field, value, code, detail) => {
    expect(refusal({ ...valid, [field]: value })).toMatchObject({ code, message: expect.stringMatching(detail) });
  });

  it("is refused if its app is not the event's", () => {
    expect(parse({ ...valid, app: "shop" }).app).toBe("shop");
    expect(refusal({ ...valid, app: "shp" }).faults).toEqual([
      { pointer: "/app", detail: 'this event belongs to app "shop"' },
    ]);
  });

  it("is refused if the notification lacks the message, or the env the channel", () => {
    const send = { ...valid, event: "send_notification" };
    expect(refusal({ ...send, input: { slug: "order_updat", callback: {} } }).faults[0]?.detail).toMatch(
      /"order_update"/,
    );
    const sms = { slug: "order_update", sms: { to: "+15550100", body: { en: "Hi" } } };
    expect(refusal({ ...send, input: sms }).faults[0]?.pointer).toBe("/input/sms");
    expect(refusal({ ...send, input: { slug: "order_update" } }).faults[0]?.detail).toMatch(/at least one/);
  });
});

describe("the options of a request", () => {
  it("(retries and policy) come from the request, else the event, else the type", () => {
    expect(parse(valid)).toMatchObject({ retries: 3, retry_policy: { initial_delay: 1000, jitter: true } });
    expect(parse({ ...valid, retries: 0, retry_config: { initial_delay: 5 } })).toMatchObject({
      retries: 0,
      retry_policy: { initial_delay: 5, backoff_multiplier: 2 },
    });
  });

  it.each([
    ["/retries", { retries: 21 }],
    ["/timeout_ms", { timeout_ms: 120_001 }],
    ["/timeout_ms", { timeout_ms: 99 }],
    ["/labels", { labels: Array.from({ length: 11 }, (_, i) => `l${i}`) }],
    ["/expires_at", { expires_at: 1 }],
    ["/idempotency_key", { idempotency_key: "" }],
    ["/labels/1", { labels: ["a", "\ud800"] }],
    ["/input/body/id", { input: { body: { id: 2 ** 53 } } }],
    ["/input/body/ids/1", { input: { body: { ids: [1, -(2 ** 53), "9007199254740993"] } } }],
    ["/input/body/id", { input: { body: { id: 12345678901234567890123n } } }],
    ["/input/body/a~1b/0", { input: { body: { "a/b": JSON.parse("[1e400]") } } }],
  ])("(%s) are refused out of range", (pointer, options) => {
    expect(refusal({ ...valid, ...options }).faults.map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it("may have the idempotency key in the header, but not two keys", () => {
    expect(parse(valid, "k1").idempotency_key).toBe("k1");
    expect(parse({ ...valid, idempotency_key: "k1" }, "k1").idempotency_key).toBe("k1");
    expect(refusal({ ...valid, idempotency_key: "k2" }, "k1").faults[0]?.pointer).toBe("/idempotency_key");
  });

  it("have a fingerprint without the key", () => {
    expect(parse(valid, "k1").fingerprint).toBe(parse({ ...valid, idempotency_key: "k2" }).fingerprint);
    expect(parse({ ...valid, retries: 1 }).fingerprint).not.toBe(parse(valid).fingerprint);
  });
});
