import { routes } from "../../../lambdas/api/routes.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";

const product: Product = {
  tag: "shop",
  envs: ["prd"],
  jobs: { order: { type: "function", function: "order", limits: ["lane"] } },
  functions: { order: { envs: {} } },
  limits: { lane: { concurrency: 2 } },
  webhooks: {
    orders: { events: ["completed"], envs: { prd: { url: "https://hooks.example.com", secret: secret("h") } } },
  },
};
const world = () => fakeApi({ catalog: makeCatalog([product], registry) });
type World = ReturnType<typeof world>;

const pause = { product_tag: "shop", env: "prd", reason: "the shop moves" };
const endpoint = { product: "shop", env: "prd", webhook: "orders" };

/** Each change, what is there before it, and what it would leave. */
const changes: Record<string, [method: string, path: string, body: unknown, before?: (w: World) => Promise<unknown>]> =
  {
    "a pause": ["POST", "/v1/pauses", pause],
    "another reason of a pause": [
      "POST",
      "/v1/pauses",
      { ...pause, reason: "it still moves" },
      (w) => w.ask({ method: "POST", path: "/v1/pauses", body: pause }),
    ],
    "a pin": ["PUT", "/v1/limits/shop/prd/lane", { concurrency: 1, until: noon + 60_000 }],
    "the end of a pin": [
      "DELETE",
      "/v1/limits/shop/prd/lane",
      undefined,
      (w) =>
        w.gates.pin(
          { product: "shop", env: "prd", limit: "lane" },
          { concurrency: 1, until: noon + 9, pinned_at: noon },
        ),
    ],
    "a cache tag": ["DELETE", "/v1/cache/shop/prd/prices", undefined],
  };

/** What is stored of all that these routes change. */
const stateOf = async (w: World) =>
  JSON.stringify([
    await w.pauses.list(),
    await w.gates.pins({ product: "shop", env: "prd" }, { fresh: true }),
    await w.endpoints.get({ ...endpoint, events: [] } as never),
    w.queue.sent,
  ]);

test.each(Object.entries(changes))("a dry run of %s changes nothing, and answers what it would", async (_, asked) => {
  const [method, path, body, before = async () => {}] = asked;
  const [dry, real] = [world(), world()];
  for (const w of [dry, real]) await before(w);
  const was = await stateOf(dry);
  const would = await dry.ask({ method, path, body, query: { dry_run: "true" } });
  expect(await stateOf(dry)).toBe(was);
  const done = await real.ask({ method, path, body });
  expect([would.status, would.body]).toEqual([done.status, done.body]);
});

test("so does one of the end of a pause", async () => {
  const w = world();
  const { body: made } = await w.ask({ method: "POST", path: "/v1/pauses", body: pause });
  const end = { method: "DELETE", path: `/v1/pauses/${made.id}` };
  const would = await w.ask({ ...end, query: { dry_run: "true" } });
  expect(would.body.state).toBe("draining");
  expect((await w.ask({ path: "/v1/pauses" })).body.pauses[0].state).toBe("active");
  expect((await w.ask(end)).body).toEqual(would.body);
});

test("a dry run is refused as the change would be", async () => {
  const query = { dry_run: "true" };
  const pin = { concurrency: 1, until: noon - 1 };
  expect((await world().ask({ method: "PUT", path: "/v1/limits/shop/prd/lane", body: pin, query })).status).toBe(400);
  const none = { method: "DELETE", path: `/v1/pauses/pause_${"0".repeat(32)}`, query };
  expect((await world().ask(none)).status).toBe(404);
  expect((await world().ask({ method: "DELETE", path: "/v1/cache/shop/dev/x", query })).status).toBe(404);
  const typo = { method: "POST", path: "/v1/pauses", body: pause, query: { dry_run: "yes" } };
  expect((await world().ask(typo)).status).toBe(400);
});

// What a request for a job would do is told by POST /v1/explain; the others change nothing that is there.
test("every other change can be asked for without being made", () => {
  const changes = routes.filter(({ method }) => method !== "GET");
  const without = changes.filter(({ endpoint }) => !Object.hasOwn(endpoint.doc().query?.shape ?? {}, "dry_run"));
  expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /v1/jobs",
    "POST /v1/jobs/batch",
    "POST /v1/find",
    "POST /v1/explain",
    "POST /v1/uploads",
  ]);
});
