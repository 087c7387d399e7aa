/** A request that the demo's product takes: an order for now, in `dev`, or as `more` says. */
export const anOrder = (more: Record<string, unknown> = {}) => ({
  env: "dev",
  product_tag: "my-product",
  event: "create_order",
  start_at: 0,
  input: { params: { customer: "c1" } },
  ...more,
});
