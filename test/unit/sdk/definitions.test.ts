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
