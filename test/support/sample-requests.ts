import { registry } from "../../lambdas/consumers/types/registry.ts";
import type { JobType } from "../../lambdas/core/job/job.ts";

type Input = Record<string, unknown>;

interface Sample {
  /** An event of the demo product: the one in the type's example. */
  event: string;
  /** Inputs that the event accepts: that of the type's example, and others. */
  good: Input[];
  /** Inputs that it refuses, with the places of their faults. */
  bad: [input: Input, pointers: string[]][];
}

function sample(type: JobType, { good = [], bad }: { good?: Input[]; bad: Sample["bad"] }): Sample {
  const { event, input } = registry[type].example;
  return { event, good: [input, ...good], bad };
}

const place = { customer: "ada", sku: "a-1", quantity: 1 };
const order = { id: "0193a5c1-1111-7222-8333-444455556666", customer: "ada", total: 1.5 };

/** Inputs that each type accepts and refuses: a missing type does not compile. */
export const sampleRequests: Record<JobType, Sample> = {
  action: sample("action", {
    good: [
      {},
      { params: { customer: "ada" }, query: { tag: ["a", "b"], none: null }, body: { sku: "A-1" } },
      {
        query: { filter: { status: "open", tags: ["a", { of: null }] } },
        headers: { accept: ["a/b", "c/d"] },
        body: [],
      },
    ],
    bad: [
      [{ bdy: {} }, ["/input/bdy"]],
      [{ body: "text", headers: { a: {} } }, ["/input/body", "/input/headers/a"]],
      [{ query: { a: { b: [null] } } }, ["/input/query/a/b/0"]],
    ],
  }),
  notification: sample("notification", {
    good: [
      { slug: "order_update", callback: {} },
      { slug: "welcome", email: { to: ["ada@example.com"], subject: { name: "Ada" }, template: { name: "Ada" } } },
      { slug: "order_update", push_notification: { title: "Shipped", body: "On its way", device_token: "a" } },
    ],
    bad: [
      [{ slug: "welcome" }, ["/input"]],
      [
        { slug: "welcome", push_notification: { title: "Hi", device_token: "a" } },
        ["/input/push_notification/title", "/input/push_notification/body/name"],
      ],
      [
        { slug: "order_update", email: { to: "a@b.example", subject: { en: {} } } },
        ["/input/email/subject/en", "/input/email/template"],
      ],
      [{ slug: "welcom", callback: {} }, ["/input/slug"]],
      [{ slug: "welcome", push_notification: { title: {}, body: {} } }, ["/input/push_notification"]],
    ],
  }),
  database_action: sample("database_action", {
    bad: [
      [{ data: { ...order, id: "7", total: -1 } }, ["/input/data/id", "/input/data/total"]],
      [{ filter: {} }, ["/input/data/id", "/input/data/customer", "/input/data/total"]],
    ],
  }),
  function: sample("function", {
    good: [{}, { payload: null }],
    bad: [[{ payload: 1, pay: 2 }, ["/input/pay"]]],
  }),
  storage: sample("storage", {
    good: [
      { buffer: { type: "Buffer", data: [1, 2] }, fileName: "b.bin", mimeType: "image/png" },
      { buffer: "aGVsbG8=", metadata: { order: "A-1" } },
    ],
    bad: [
      [{ buffer: "aGVsbG8=", fileName: "../b.txt" }, ["/input/fileName"]],
      [{ buffer: "aGVsbG8=", metadata: { a: "é", "b c": "d" } }, ["/input/metadata/a", "/input/metadata/b c"]],
      [{ buffer: "not base64!", fileName: "b.txt" }, ["/input/buffer"]],
      [{ fileName: "b.txt" }, ["/input"]],
    ],
  }),
  publish: sample("publish", {
    good: [{ message: {} }, { message: { "😀": "\uffff" }, key: "a b", headers: { "x.y": "" } }],
    bad: [
      [{ message: "text" }, ["/input/message"]],
      [{ key: "", headers: { a: 1 } }, ["/input/message", "/input/key", "/input/headers/a"]],
      [
        { message: { _meta: {} }, headers: { "Idempotency-Key": "a" } },
        ["/input/headers/Idempotency-Key", "/input/message/_meta"],
      ],
      [{ message: {}, msg: {} }, ["/input/msg"]],
    ],
  }),
  feature: sample("feature", {
    bad: [
      [{ ...place, quantity: 0 }, ["/input/quantity"]],
      [{ customer: "ada", sku: "a-1", quantity: 1, coupon: "x" }, ["/input/coupon"]],
      [{ sku: 1, quantity: 1 }, ["/input/customer", "/input/sku"]],
    ],
  }),
};
