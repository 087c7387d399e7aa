import { fakeApi, rejection } from "./fake-api.ts";

test("a definition is read by its id", async () => {
  const body = { id: "def_1", feature: "onboard", steps: [], constants: [], events: [] };
  await using api = await fakeApi([{ body }]);
  expect(await api.client.definitions.get("def_1")).toEqual(body);
  expect(api.seen).toMatchObject([{ method: "GET", path: "/v1/definitions/def_1" }]);
});

test("nothing is sent without an id", async () => {
  await using api = await fakeApi([]);
  expect(await rejection(api.client.definitions.get(""))).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});

test("the definitions of a product are listed, by the client's product, and without its env", async () => {
  const definitions = [{ id: "def_1", product_tag: "p", event: "onboard", current: true }];
  await using api = await fakeApi([{ body: { definitions } }, { body: { definitions } }], { product: "p", env: "prd" });
  expect(await api.client.definitions.list()).toEqual(definitions);
  await api.client.definitions.list({ event: "onboard" });
  expect(api.seen.map(({ path }) => path)).toEqual([
    "/v1/definitions?product_tag=p",
    "/v1/definitions?event=onboard&product_tag=p",
  ]);
});

test("a list of definitions that names no product is refused before it is sent", async () => {
  await using api = await fakeApi([]);
  expect(await rejection(api.client.definitions.list())).toMatchObject({ code: "INVALID_REQUEST" });
  expect(api.seen).toEqual([]);
});
