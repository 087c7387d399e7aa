import type { JobType } from "../../lambdas/core/job/job.ts";

interface Sample {
  /** An event of the demo product. */
  event: string;
  /** Inputs that it takes. */
  good: Record<string, unknown>[];
  /** Inputs that it refuses, with the places of their faults. */
  bad: [input: Record<string, unknown>, pointers: string[]][];
}

const place = { customer: "ada", sku: "a-1", quantity: 1 };
const order = { id: "0193a5c1-1111-7222-8333-444455556666", customer: "ada", total: 1.5 };

/** What one may ask of each type, and may not: a type that is not here does not compile. */
export const sampleRequests: Record<JobType, Sample> = {
  action: {
    event: "create_order",
    good: [{}, { params: { customer: "ada" }, query: { tag: ["a", "b"], none: null }, body: { sku: "A-1" } }],
    bad: [
      [{ bdy: {} }, ["/input/bdy"]],
      [{ body: "text", headers: { a: {} } }, ["/input/body", "/input/headers/a"]],
    ],
  },
  notification: {
    event: "send_notification",
    good: [
      { slug: "order_update", callback: {} },
      { slug: "welcome", email: { to: ["ada@example.com"], subject: { name: "Ada" }, template: { name: "Ada" } } },
    ],
    bad: [
      [{ slug: "welcome" }, ["/input"]],
      [{ slug: "welcom", callback: {} }, ["/input/slug"]],
      [{ slug: "welcome", push_notification: { title: {}, body: {} } }, ["/input/push_notification"]],
    ],
  },
  database_action: {
    event: "record_order",
    good: [{ data: order }],
    bad: [
      [{ data: { ...order, id: "7", total: -1 } }, ["/input/data/id", "/input/data/total"]],
      [{ filter: {} }, ["/input/data/id", "/input/data/customer", "/input/data/total"]],
    ],
  },
  function: {
    event: "calculate_price",
    good: [{ payload: { sku: "A-1" } }, { payload: null }],
    bad: [
      [{}, ["/input/payload"]],
      [{ payload: 1, pay: 2 }, ["/input/pay"]],
    ],
  },
  storage: {
    event: "store_document",
    good: [
      { buffer: "aGVsbG8=", fileName: "a/b.txt" },
      { buffer: { type: "Buffer", data: [1, 2] }, fileName: "b.bin", mimeType: "image/png" },
    ],
    bad: [
      [{ buffer: "aGVsbG8=", fileName: "../b.txt" }, ["/input/fileName"]],
      [{ buffer: "not base64!", fileName: "b.txt" }, ["/input/buffer"]],
      [{ fileName: "b.txt" }, ["/input"]],
    ],
  },
  feature: {
    event: "place_order",
    good: [place],
    bad: [
      [{ ...place, quantity: 0 }, ["/input/quantity"]],
      [{ customer: "ada", sku: "a-1", quantity: 1, coupon: "x" }, ["/input/coupon"]],
      [{ sku: 1, quantity: 1 }, ["/input/customer", "/input/sku"]],
    ],
  },
};
