/** A request that the tests' product accepts: an order for now, in `dev`, unless `more` says otherwise. */
export const anOrder = (more: Record<string, unknown> = {}) => ({
  env: "dev",
  product_tag: "my-product",
  event: "create_order",
  start_at: 0,
  input: { params: { customer: "c1" } },
  ...more,
});
