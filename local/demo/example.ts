/** The example from Ductape's page on scheduling, due now. */
export const example = {
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
  start_at: 0,
};

/** A run that asks for a decision by a mail, which is in the outbox. */
export const approvalExample = {
  env: "dev",
  product_tag: "my-product",
  event: "refund_order",
  input: { order: "A-1042", total: 120.5, reason: "It arrived broken" },
  start_at: 0,
};
