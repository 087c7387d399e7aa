/**
 * `node start.mjs <entry> <bundle>`: imports a function's bundle, gives it a first event, and prints how long each took. The
 * API then gets a first POST /v1/jobs, for which AWS must answer.
 */
const [entry, file] = process.argv.slice(2);

const request = {
  version: "2.0",
  rawPath: "/v1/products",
  headers: {},
  requestContext: {
    http: { method: "GET", path: "/v1/products" },
    requestId: "1",
    authorizer: { lambda: { scopes: '{"products":["*"],"envs":["*"],"verbs":["jobs:admin"]}' } },
  },
};
const post = {
  ...request,
  rawPath: "/v1/jobs",
  headers: { "content-type": "application/json" },
  requestContext: { ...request.requestContext, http: { method: "POST", path: "/v1/jobs" } },
  body: JSON.stringify({
    product_tag: "my-product",
    env: "prd",
    event: "create_order",
    start_at: 0,
    input: { params: { customer: "C-1042" }, body: { sku: "SKU-77-BLUE", quantity: 2 } },
  }),
};
/** A message that is not valid: it is refused after everything that would run it has been set up. */
const batch = { Records: [{ messageId: "1", body: "{}" }] };
const events = { api: request, authorizer: { headers: {} }, lifecycle: { Records: [] }, reconciler: {} };

const cpu = process.cpuUsage();
const begin = performance.now();
const { handler } = await import(file);
const imported = performance.now();
await handler(events[entry] ?? batch, {}).catch(() => {});
const ready = performance.now();
const { user, system } = process.cpuUsage(cpu);
const posted = entry === "api" ? await handler(post, {}) : undefined;
const firstPostMs = posted ? performance.now() - begin : 0;
if (posted && posted.statusCode !== 202) throw new Error(`the first POST failed: ${posted.body}`);
console.log(
  JSON.stringify({ importMs: imported - begin, initMs: ready - imported, cpuMs: (user + system) / 1000, firstPostMs }),
);
process.exit();
