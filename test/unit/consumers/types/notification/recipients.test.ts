import { emailChannel } from "../../../../../lambdas/consumers/types/notification/channels/email.ts";
import { notificationInput } from "../../../../../lambdas/consumers/types/notification/input.ts";
import { addressesIn } from "../../../../../lambdas/consumers/types/notification/recipients.ts";

const addresses = (count: number) => Array.from({ length: count }, (_, i) => `u${i}@example.com`);
const asked = (to: string | string[]) => ({
  slug: "hello",
  email: { to, subject: { en: "a" }, template: { en: "b" } },
});
const faultsOf = (to: string | string[]) =>
  notificationInput.safeParse(asked(to)).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ??
  [];

test.each([
  ["one address", "ada@example.com", 1],
  ["a name", "Ada <ada@example.com>", 1],
  ["a name that is an address", "ada@example.com <ada@example.com>", 1],
  ["a quoted name with a comma", '"Lovelace, @Ada" <ada@example.com>, b@example.com', 2],
  ["a list of texts", ["a@x.example, b@x.example", "c@x.example; d@x.example"], 4],
  ["no address at all", "nobody", 0],
])("the number of addresses is right in %s", (_what, to, count) => {
  expect(addressesIn(to)).toBe(count);
});

describe("the limit of 500 recipients", () => {
  it("counts in a list and in one string", () => {
    expect(faultsOf(addresses(500))).toEqual([]);
    expect(faultsOf(addresses(500).join(", "))).toEqual([]);
    expect(faultsOf(addresses(501))).not.toEqual([]);
    expect(faultsOf(addresses(501).join(", "))).toEqual(["email.to: at most 500 addresses"]);
  });

  it("counts all strings of a list together", () => {
    const texts = Array.from({ length: 500 }, () => addresses(400).join(","));
    expect(faultsOf(texts)).toEqual(["email.to: at most 500 addresses"]);
  });

  it("holds for a job that was accepted before it", async () => {
    const sent: string[] = [];
    const send = emailChannel(async (_execution, _setting, mail) => {
      sent.push(...mail.recipients);
      return { sent: [], dead: [] };
    });
    const to = addresses(501).join(",");
    const sending = { input: asked(to), settings: { email: { provider: "ses" } }, message: {} } as never;
    await expect(send(sending)).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining("501 addresses"),
    });
    expect(sent).toEqual([]);
  });
});
