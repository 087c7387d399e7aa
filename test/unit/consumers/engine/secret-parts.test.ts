import { secretPartsOf } from "../../../../lambdas/consumers/engine/answers/secret-parts.ts";

test.each([
  ["a password", "hunter2", []],
  ["an address without any", "https://api.example.com/v1/orders", []],
  [
    "an address with one in its path",
    "https://hooks.slack.com/services/T012/B345/XyZ123abcdef",
    ["services", "XyZ123abcdef"],
  ],
  ["one in its query", "https://push.example.com/send?key=abcdefgh1", ["abcdefgh1"]],
  ["a short password", "postgres://app:s3%40cret@db.internal/orders", ["s3%40cret", "s3@cret"]],
  ["a service account", '{"type":"sa","private_key":"-----BEGIN KEY-----","n":12}', ["-----BEGIN KEY-----"]],
  ["what only begins like one", "{ not json", []],
])("the parts that a provider may repeat alone, of %s", (_what, value, parts) => {
  expect([...new Set(secretPartsOf(value))]).toEqual([value, ...parts]);
});
