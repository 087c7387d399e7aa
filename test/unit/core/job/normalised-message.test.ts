import { longestNormalised, normalisedMessage } from "../../../../lambdas/core/job/normalised-message.ts";

it.each<[string, string, string]>([
  ["a UUID", "No order 0198c2f4-7a6e-7b3c-9d1e-2f3a4b5c6d7e.", "No order <uuid>."],
  ["the id of a job", `job_${"0a".repeat(16)} is gone`, "<job> is gone"],
  ["numbers", "no answer within 30000 ms after 3 tries", "no answer within <number> ms after <number> tries"],
  ["a decimal and a grouped number", "12.50 of 1,000 left", "<number> of <number> left"],
  ["an address and a port", "connect ECONNREFUSED 10.0.0.1:5432", "connect ECONNREFUSED <number>"],
  ["hexadecimal digits", "commit 9fceb02d0ae598e9 at 0xDEADBEEF", "commit <hex> at <hex>"],
  ["an id of a provider", "No such customer: cus_NffrFeUfNV2Hib", "No such customer: <id>"],
  ["a double-quoted text", 'column "total of A" does not exist', "column <text> does not exist"],
  ["a single-quoted text", "Unknown column 'e-mail' in 'field list'", "Unknown column <text> in <text>"],
  ["a back-quoted text", "table `orders` is full", "table <text> is full"],
  ["an e-mail address", "<ada.l+x@mail.example.com> bounced", "<<email>> bounced"],
  ["a URL", "GET https://shop.example.com/orders/7?x=1 answered 404", "GET <url> answered <number>"],
  ["a connection string", "cannot reach postgres://db.internal:5432/x", "cannot reach <url>"],
  ["a time", "expired at 2030-01-31T09:00:00.123+01:00, not before", "expired at <time>, not before"],
  ["line breaks and spaces", " a\n\t b  ", "a b"],
])("the normalised message leaves out %s", (_what, message, expected) => {
  expect(normalisedMessage(message)).toBe(expected);
  expect(normalisedMessage(expected)).toBe(expected);
});

it.each([
  "The card was declined.",
  "it doesn't answer, and that isn't ours",
  "deadbeef is not a facade",
  "ECONNRESET",
  "",
])("the normalised message of %j is the message itself", (message) => {
  expect(normalisedMessage(message)).toBe(message);
});

it("a long normalised message is cut between characters", () => {
  const cut = normalisedMessage("😀".repeat(600));
  expect(Array.from(cut)).toHaveLength(longestNormalised);
  expect(cut.isWellFormed()).toBe(true);
  expect(normalisedMessage("\ud83d").isWellFormed()).toBe(true);
});

it("any message is normalised in linear time", () => {
  const hard = ["a".repeat(50_000), "'".repeat(50_000), "a@".repeat(25_000), "a.".repeat(25_000), "1-".repeat(25_000)];
  const began = performance.now();
  for (const message of hard) normalisedMessage(message);
  expect(performance.now() - began).toBeLessThan(1000);
});
