import type {
  DuctapeOptions,
  IActionRequest,
  IDbActionRequest,
  IFunctionRequest,
  IJobProcessorInput,
  INotificationRequest,
  IStorageRequest,
  JobFilter,
  JobQuery,
  Rescheduling,
  StatsQuery,
} from "../../../sdk/src/index.ts";

/** `tsc` checks these, with the spellings of Ductape's documentation; that they are sent unchanged is in other tests. */
const accepts = <T>(...inputs: T[]) => expect(inputs.length).toBeGreaterThan(0);

test("a request in each of Ductape's generations compiles", () => {
  const input = {};
  accepts<IJobProcessorInput>(
    { env: "prd", product_tag: "my-product", event: "go", input, start_at: 198766789 },
    { env: "prd", product_tag: "my-product", event: "go", input, retries: 2, cache: {}, session: {}, repeat: {} },
    { env: "prd", product_tag: "my-product", event: "go", input, cache: "notify-user-123" },
    {
      env: "prd",
      product_tag: "my-product",
      event: "orders:create",
      input,
      repeat: { cron: "0 9 * * *", every: 86_400_000 },
    },
    {
      env: "prd",
      product_tag: "my-product",
      event: "go",
      input,
      repeat: { every: 1000, endDate: "2025-12-31T23:59:59Z", limit: 3 },
    },
    {
      product: "my-product",
      env: "prd",
      event: "go",
      input,
      retryConfig: {
        initialDelay: 1,
        maxDelay: 2,
        backoffMultiplier: 1,
        jitter: true,
        jitterPercent: 0.3,
        retryableErrors: ["TIMEOUT", "DEADLOCK"],
        nonRetryableErrors: ["CARD_DECLINED"],
      },
      schedule: { start_at: 1, cron: "* * * * *", every: 1000, limit: 4, endDate: "2025-08-31", tz: "UTC" },
    },
    { event: "go", input, retry_config: { jitter_percent: 0.5, retryable_errors: ["DEADLOCK", "TIMEOUT"] } },
  );
});

test("the inputs of each of Ductape's generations compile", () => {
  accepts<IActionRequest>(
    {},
    { query: {}, params: {}, body: {}, headers: {} },
    { "body:sku": "A-1", "params:customer": 1, "query:q": ["a"], "headers:x-a": "b" },
    {
      query: { filter: { status: ["open", "paid"], deep: { a: null } } },
      headers: { "x-a": ["1", "2"] },
      body: [{ sku: "A-1" }],
    },
  );
  accepts<INotificationRequest>(
    {
      slug: "welcome",
      push_notification: { title: { en: "Hi" }, body: { user: { name: "Ada" } }, device_token: "a" },
      email: {},
    },
    {
      slug: "welcome",
      email: { to: ["ada@example.com"], subject: "Hi", template: { items: [1, { a: 2 }] } },
      callback: {},
    },
    { slug: "code", sms: { code: "1234", user: { name: "Ada" } } },
    {
      email: { recipients: ["ada@example.com"] },
      sms: { recipients: ["+33612345678"], body: "Hi" },
      webhook: { body: [1] },
    },
  );
  accepts<IDbActionRequest>({ data: [{ id: 1 }, { id: 2 }] }, { query: { id: 1 } }, { query: {}, data: {} }, {});
  accepts<IFunctionRequest>({}, { payload: null });
  accepts<IStorageRequest>(
    { blob: "aGVsbG8=", mimeType: "" },
    { blob: Buffer.from("hello") },
    { buffer: { type: "Buffer", data: [1] }, fileName: "a", metadata: { order: "1" } },
  );
});

test("the queries of Ductape's documentation compile", () => {
  accepts<JobQuery>({
    status: "scheduled",
    recurring: true,
    namespace: "actions",
    product: "p",
    env: "e",
    limit: 1,
    offset: 100,
  });
  accepts<JobFilter>(
    { status: "paused" },
    { recurring: true },
    {},
    { product: "p", from: new Date().setHours(0, 0, 0, 0) },
  );
  accepts<StatsQuery>({}, { product: "p", from: "2030-01-01T00:00:00Z" });
  accepts<Rescheduling>(
    { cron: "0 10 * * *", tz: "America/New_York" },
    { every: 1000, limit: 2, endDate: 1 },
    { start_at: 1 },
  );
});

test("what Ductape has and this client does not have does not compile", () => {
  const rest = { event: "go", input: {} };
  accepts<IJobProcessorInput>({ ...rest, session: { tag: "user", token: "ey..." } }, { ...rest, session: {} });
  accepts<IJobProcessorInput>({ ...rest, session: "user:ey..." }, { ...rest, schedule: { timezone: "UTC" } });
  // @ts-expect-error a session as a text without a tag
  accepts<IJobProcessorInput>({ ...rest, session: "ey..." });
  // @ts-expect-error a session without its token
  accepts<IJobProcessorInput>({ ...rest, session: { tag: "user" } });
  // @ts-expect-error a misspelt field
  accepts<IJobProcessorInput>({ ...rest, retryconfig: {} });
  // @ts-expect-error a misspelt field of retryConfig
  accepts<IJobProcessorInput>({ ...rest, retryConfig: { initial_delay: 1 } });
  // @ts-expect-error no event
  accepts<IJobProcessorInput>({ input: {} });
  // @ts-expect-error an unknown part of an action's request
  accepts<IActionRequest>({ payload: 1 });
  // @ts-expect-error a namespace that no job has
  accepts<JobQuery>({ namespace: "graphs" });
  // @ts-expect-error credentials of Ductape's own service
  accepts<DuctapeOptions>({ workspace_id: "a" });
});
