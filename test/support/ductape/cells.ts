import { randomUUID } from "node:crypto";
import { expect } from "@jest/globals";

type Fields = Record<string, unknown>;

/** One thing that Ductape's documentation lets people write, with what becomes of it. */
export interface Cell {
  what: string;
  request: Fields;
  /** The result of the job, or a part of it. */
  result?: unknown;
  /** What the outbox has caught, newest first. */
  sent?: (messages: readonly string[]) => unknown[];
  /** The places of the faults, and what they say. */
  faults?: Record<string, RegExp>;
}

const place = { env: "prd", product_tag: "my-product" };
const now = { ...place, start_at: 0 };
const push = { title: { en: "Order Shipped" }, body: { en: "It has been shipped!" }, device_token: "abcdef123456" };
const pushed = { channels: { push_notification: { status: "sent" } } };
const hour = 3_600_000;
const row = (more: Fields = {}) => ({ id: randomUUID(), customer: "ada", total: 12.5, ...more });
const mail = (more: Fields) => expect.objectContaining({ kind: "email", ...more });
const http = (more: Fields) => expect.objectContaining({ kind: "http", ...more });

/** Early 2025: the page that the project implements. */
export const early2025: Cell[] = [
  {
    what: "the example of the page",
    request: {
      ...place,
      event: "send_notification",
      input: { slug: "order_update", push_notification: { ...push, data: { trackingId: "XYZ987" } } },
      start_at: 198766789,
    },
    result: pushed,
  },
  {
    what: "an action with {} for the parts that it does not use",
    request: { ...now, event: "find_orders", app: "shop", input: { query: {}, params: {}, body: {}, headers: {} } },
    result: { status: 200 },
  },
  {
    what: "records of anything: a nested query, lists in headers and query, a list as body",
    request: {
      ...now,
      event: "create_order",
      input: {
        query: { filter: { status: "open", tags: ["a", "b"] } },
        params: { customer: "c-42" },
        headers: { "x-tag": ["one", "two"] },
        body: [{ sku: "A-1" }, { sku: "B-2 😀" }],
      },
    },
    result: { status: 201 },
    sent: () => [
      http({
        path: expect.stringContaining("/orders/c-42?"),
        headers: expect.objectContaining({ "x-tag": "one, two" }),
        body: [{ sku: "A-1" }, { sku: "B-2 😀" }],
      }),
    ],
  },
  {
    what: "a notification with {} for its optional channels",
    request: {
      ...now,
      event: "send_notification",
      input: { slug: "order_update", push_notification: push, email: {}, callback: {} },
    },
    result: pushed,
  },
  {
    what: "nested values of a template",
    request: {
      ...now,
      event: "send_notification",
      input: {
        slug: "welcome",
        email: { to: ["ada@example.com"], subject: {}, template: { user: { name: "Ada", city: "London" } } },
      },
    },
    result: { channels: { email: { status: "sent" } } },
    sent: () => [mail({ html: "<p>Ada from London</p>" })],
  },
  {
    what: "a row, by db_tag:action_tag, and {} as filter",
    request: { ...now, event: "orders:create", input: { data: row(), filter: {} } },
    result: { affected_rows: 1 },
  },
  {
    what: "a function with a payload",
    request: { ...now, event: "calculate_price", input: { payload: { sku: "A-1", quantity: 2 } } },
    result: { status: 200 },
  },
  {
    what: "a function without a payload",
    request: { ...now, event: "ping", input: {} },
    result: { status: expect.any(Number) },
  },
  {
    what: "a blob, and neither a name nor a type",
    request: { ...now, event: "store_document", input: { blob: "aGVsbG8=" } },
    result: { key: expect.stringMatching(/^files\/job_[0-9a-f]{32}(\.\w+)?$/), size: 5 },
  },
  {
    what: "a blob that is the JSON of a Buffer, with a type",
    request: {
      ...now,
      event: "store_document",
      input: { blob: { type: "Buffer", data: [137, 80, 78, 71] }, mimeType: "image/png" },
    },
    result: { key: expect.stringMatching(/\.png$/), size: 4, mime_type: "image/png" },
  },
  {
    what: "expressions of a feature, within texts too",
    request: { ...now, event: "greet", input: { name: "Ada", email: "ada@example.com" } },
    result: { text: "ADA of eu" },
    sent: () => [mail({ subject: "Hi Ada! $5 at Ductape & Sons", html: "<p>eu</p>" })],
  },
  {
    what: "a session's value in an input",
    request: { ...now, event: "create_order", input: { params: { customer: "$Session{user}{id}" } } },
    faults: { "/input/params/customer": /./ },
  },
  {
    what: "a credential in an input",
    request: { ...now, event: "create_order", input: { params: { customer: "c" }, headers: { a: "$Auth{t}{token}" } } },
    faults: { "/input/headers/a": /./ },
  },
];

/** Mid 2025: retries, cache, session, repeat. */
export const mid2025: Cell[] = [
  {
    what: "retries, and {} for optional parts",
    request: { ...now, event: "find_orders", input: {}, retries: 3, session: {}, repeat: {}, cache: "" },
    result: { status: 200 },
  },
  {
    what: "a cache tag",
    request: { ...now, event: "find_orders", input: {}, cache: "orders" },
    result: { status: 200 },
  },
  {
    what: "a session",
    request: { ...now, event: "find_orders", input: {}, session: { tag: "user", token: "eyJhbGciOi" } },
    faults: { "/session/tag": /no sessions/ },
  },
  {
    what: "an sms of a template's variables",
    request: {
      ...now,
      event: "send_notification",
      input: { slug: "welcome", sms: { phone: "+49 30 1234567", name: "Ada" } },
    },
    result: { channels: { sms: { status: "sent", sent: [{ to: "+49301234567" }] } } },
  },
  {
    what: "several devices",
    request: {
      ...now,
      event: "send_notification",
      input: {
        slug: "welcome",
        push_notification: { title: { user: { name: "Ada" } }, body: {}, device_tokens: ["a", "b"] },
      },
    },
    result: { channels: { push_notification: { sent: [{ to: "a" }, { to: "b" }] } } },
  },
  {
    what: "many rows",
    request: { ...now, event: "orders:create", input: { data: Array.from({ length: 101 }, () => row()) } },
    result: { affected_rows: 101 },
  },
  {
    what: "a fault in the last of many rows",
    request: { ...now, event: "orders:create", input: { data: [row(), row({ total: -1 })] } },
    faults: { "/input/data/1/total": /0 or more/ },
  },
  {
    what: "what readFile answers",
    request: {
      ...now,
      event: "store_document",
      input: { buffer: "aGVsbG8=", fileName: "notes.unknown", mimeType: "" },
    },
    result: { key: "files/notes.unknown", size: 5 },
  },
  {
    what: "a message broker",
    request: { ...now, event: "orders-broker:order_created", input: { message: { id: 1 } } },
    faults: { "/event": /no such job event/ },
  },
];

/** Today: retryConfig, schedule, product, flat input, recipients. */
export const today: Cell[] = [
  {
    what: "product, no start, and retryConfig",
    request: {
      env: "prd",
      product: "my-product",
      event: "find_orders",
      input: {},
      retryConfig: { initialDelay: 1, maxDelay: 10, backoffMultiplier: 1, jitter: true, jitterPercent: 0.3 },
    },
    result: { status: 200 },
  },
  {
    what: "schedule with a start",
    request: { ...place, event: "find_orders", input: {}, schedule: { start_at: 1 } },
    result: { status: 200 },
  },
  {
    what: "the app and its action, with prefixed input",
    request: {
      ...place,
      app: "shop",
      event: "create_order",
      input: { "params:customer": "c-42", "body:sku": "A-1", "query:page": 2, "headers:X-Request-ID": "r-1" },
    },
    result: { status: 201 },
    sent: () => [
      http({
        path: expect.stringContaining("/orders/c-42?page=2"),
        body: { sku: "A-1" },
        headers: expect.objectContaining({ "x-request-id": "r-1" }),
      }),
    ],
  },
  {
    what: "flat input",
    request: { ...place, app: "shop", event: "create_order", input: { customer: "c-43", sku: "A-1" } },
    result: { status: 201 },
    sent: () => [http({ path: expect.stringContaining("/orders/c-43"), body: { sku: "A-1" } })],
  },
  {
    what: "recipients and plain texts",
    request: {
      ...place,
      event: "customers:order_update",
      input: {
        email: { recipients: ["ada@example.com", "bob@example.com"], subject: "Shipped", template: "<p>Yes</p>" },
        webhook: { body: { order: 1 } },
      },
    },
    result: { channels: { email: { status: "sent" }, callback: { status: "sent" } } },
    sent: () => [
      mail({ to: ["ada@example.com"], subject: "Shipped" }),
      mail({ to: ["bob@example.com"], subject: "Shipped" }),
      http({ path: "/callback", body: { order: 1 } }),
    ],
  },
  {
    what: "a template without variables",
    request: {
      ...place,
      event: "customers:welcome",
      input: { email: { recipients: ["ada@example.com"], template: { user: { name: "Ada", city: "Rome" } } } },
    },
    result: { channels: { email: { status: "sent" } } },
  },
  {
    what: "query as filter",
    request: { ...place, event: "orders:of_customer", input: { query: { customer: "nobody" } } },
    result: { row_count: 0 },
  },
  {
    what: "no data, where the action takes none",
    request: { ...place, event: "orders:all", input: {} },
    result: { row_count: 1 },
  },
  {
    what: "metadata of a file",
    request: {
      ...place,
      event: "store_document",
      input: { buffer: "aGVsbG8=", fileName: "a/b.txt", metadata: { owner: "ada" } },
    },
    result: { key: "files/a/b.txt" },
  },
  {
    what: "free text in retry rules, matched with the provider's code",
    request: {
      ...place,
      event: "charge",
      input: { body: { amount: 1 } },
      retries: 2,
      retryConfig: { initialDelay: 1, nonRetryableErrors: ["CARD_DECLINED"] },
    },
    faults: {},
  },
  {
    what: "expressions, where the event says so",
    request: {
      ...place,
      event: "sync",
      input: { body: { since: '$Format($DateAdd($Now(), -24, "hours"), "YYYY")', note: "in $Variable{region}, $$5" } },
    },
    result: { status: 201 },
    sent: () => [
      http({
        path: expect.stringContaining("/sync"),
        headers: expect.objectContaining({ "x-region": "eu" }),
        body: { since: expect.stringMatching(/^\d{4}$/), note: "in eu, $5" },
      }),
    ],
  },
  {
    what: "an expression, where the event does not say so",
    request: { ...place, event: "find_orders", input: { query: { at: "$Now()" } } },
    faults: { "/input/query/at": /expressions: true/ },
  },
];

/** Series are looked at by explain, and scheduled for later: in both spellings. */
export const series: [what: string, request: Fields, repeat: Fields][] = [
  ["every with a limit", { repeat: { every: 604_800_000, limit: 10 } }, { every: 604_800_000, limit: 10 }],
  [
    "cron with tz",
    { repeat: { cron: "0 9 * * 1", tz: "Europe/Amsterdam" } },
    { cron: "0 9 * * 1", tz: "Europe/Amsterdam" },
  ],
  ["cron with every as fallback", { repeat: { cron: "0 9 * * 1", every: hour } }, { cron: "0 9 * * 1" }],
  [
    "endDate as a day",
    { repeat: { every: hour, endDate: "2029-12-31" } },
    { every: hour, end_date: Date.UTC(2030, 0, 1) - 1 },
  ],
  [
    "schedule with everything",
    { schedule: { cron: "0 10 * * *", tz: "Europe/Amsterdam", limit: 30, endDate: "2029-08-31T23:59:59Z" } },
    { cron: "0 10 * * *", tz: "Europe/Amsterdam", limit: 30, end_date: Date.UTC(2029, 7, 31, 23, 59, 59) },
  ],
  ["schedule with every", { schedule: { every: 30_000 } }, { every: 30_000 }],
];
