import { fakeApi, rejection } from "./fake-api.ts";

test("clearing a cache tag takes the client's product and env by default", async () => {
  await using api = await fakeApi([{ status: 204 }, { status: 204 }], { product: "p", env: "dev" });
  await api.client.cache.clear({ tag: "prices" });
  await api.client.cache.clear({ product_tag: "shop", env: "prd", tag: "a.b_c~1" });
  expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "DELETE /v1/cache/p/dev/prices",
    "DELETE /v1/cache/shop/prd/a.b_c~1",
  ]);
});

test("clearing nothing is refused before it is sent", async () => {
  await using api = await fakeApi([{ status: 204 }]);
  expect(await rejection(api.client.cache.clear({ tag: "prices" } as never))).toMatchObject({
    code: "INVALID_REQUEST",
  });
  const named = { product_tag: "p", env: "prd" };
  expect(await rejection(api.client.cache.clear({ ...named, tag: "a/b" }))).toMatchObject({
    errors: [{ pointer: "/tag" }],
  });
  expect(await rejection(api.client.cache.clear({ ...named, tag: "" }))).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});
