import * as z from "zod";
import { findFaults } from "../../../../lambdas/core/kernel/find-faults.ts";
import { strict } from "../../../../lambdas/core/kernel/schema.ts";
import { oneOf } from "../../../../lambdas/core/kernel/some-of.ts";

const Channel = oneOf(strict({ to: z.string().optional(), group: z.string().optional(), text: z.string() }), [
  "to",
  "group",
]);
const Wish = strict({
  name: z.string(),
  labels: z.array(z.string()).optional(),
  retries: z.int().max(20).optional(),
  channels: z.record(z.string(), Channel).optional(),
});

const find = (value: unknown) => {
  const { faults, data, lost } = findFaults(Wish, value, ["wish"]);
  return { pointers: faults.map(({ pointer }) => pointer), data, lost: lost.map((path) => path.join(".")) };
};

describe("the search for faults of a value", () => {
  it("finds none in a valid one", () => {
    const right = { name: "n", channels: { mail: { to: "a", text: "t" } } };
    expect(find(right)).toEqual({ pointers: [], data: right, lost: [] });
  });

  it("finds faults between fields beside an unknown or wrong field", () => {
    const channels = { mail: { to: "a", group: "b", text: "t", bcc: "c" } };
    expect(find({ name: "n", retries: 21, nme: 1, channels }).pointers).toEqual([
      "/wish/retries",
      "/wish/channels/mail/bcc",
      "/wish/channels/mail",
      "/wish/nme",
    ]);
  });

  it("leaves the valid rest", () => {
    const value = { name: "n", retries: 21, labels: ["a", 1], channels: { mail: { to: "a", text: "t", bcc: "c" } } };
    expect(find(value)).toMatchObject({
      data: { name: "n", channels: { mail: { to: "a", text: "t" } } },
      lost: expect.arrayContaining(["labels", "retries"]),
    });
  });

  it("removes what needs an invalid field, without a fault for it", () => {
    expect(find({ name: "n", channels: { mail: { to: 1, text: "t" }, sms: { to: "a", text: "t" } } })).toEqual({
      pointers: ["/wish/channels/mail/to"],
      data: { name: "n", channels: { sms: { to: "a", text: "t" } } },
      lost: ["channels.mail.to", "channels.mail"],
    });
  });

  it.each([undefined, 7, [], { labels: [] }, { name: 1 }])("leaves no rest of %j", (value) => {
    const { pointers, data } = find(value);
    expect(pointers).toHaveLength(1);
    expect(data).toBeUndefined();
  });

  it("ends for keys that every object has", () => {
    const value = JSON.parse('{"name":"n","__proto__":{"retries":21},"constructor":1,"toString":2}');
    expect(find(value).pointers).toContain("/wish/constructor");
  });
});
