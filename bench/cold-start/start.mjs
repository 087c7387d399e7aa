/** `node start.mjs <entry> <bundle>`: imports a function's bundle, gives it a first event, and says how long each took. */
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
/** A message that means nothing: it is refused, once everything that would run it stands. */
const batch = { Records: [{ messageId: "1", body: "{}" }] };
const events = { api: request, authorizer: { headers: {} }, lifecycle: { Records: [] }, reconciler: {} };

const cpu = process.cpuUsage();
const begin = performance.now();
const { handler } = await import(file);
const imported = performance.now();
await handler(events[entry] ?? batch, {}).catch(() => {});
const ready = performance.now();
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ importMs: imported - begin, initMs: ready - imported, cpuMs: (user + system) / 1000 }));
process.exit();
