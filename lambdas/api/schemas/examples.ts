/** The job in the examples of the OpenAPI document. */
const jobId = "job_0198c2f47a6e7b3c9d1e2f3a4b5c6d7e";
const nine = Date.UTC(2030, 0, 31, 8);

export const aReceipt = { job_id: jobId, status: "scheduled", scheduled_at: nine, recurring: false };

export const aSummary = {
  ...aReceipt,
  product_tag: "my-product",
  env: "prd",
  event: "create_order",
  type: "action",
  run: 1,
  attempt: 1,
  retries: 3,
  timeout_ms: 30_000,
  due_at: nine,
  created_at: Date.UTC(2030, 0, 30, 12),
};

export const aJob = { ...aSummary, attempts: [] };

const request = { env: "prd", product_tag: "my-product", start_at: 0 };

/** A request for a job of each type, and one for a recurring job. The tests check them against their schemas. */
export const jobRequestExamples = {
  action: {
    ...request,
    event: "create_order",
    input: { params: { customer: "c-42" }, body: { sku: "A-1" } },
  },
  notification: {
    ...request,
    event: "send_notification",
    input: {
      slug: "order_update",
      push_notification: {
        title: { en: "Order shipped" },
        body: { en: "Your order has been shipped!" },
        device_token: "abcdef123456",
      },
    },
  },
  database_action: {
    ...request,
    event: "record_order",
    input: { data: { id: "0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e", customer: "c-42", total: 12.5 } },
  },
  function: { ...request, event: "calculate_price", input: { payload: { sku: "A-1", quantity: 2 } } },
  storage: { ...request, event: "store_document", input: { buffer: "aGVsbG8=", fileName: "notes/hello.txt" } },
  feature: { ...request, event: "place_order", input: { customer: "c-42", sku: "A-1", quantity: 2 } },
  recurring: {
    ...request,
    event: "create_order",
    input: { params: { customer: "c-42" } },
    repeat: { cron: "0 9 * * MON-FRI", tz: "Europe/Berlin", limit: 100 },
    retries: 5,
    labels: ["daily"],
  },
} as const;
