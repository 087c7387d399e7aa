import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../../lambdas/core/requests/request.ts";
import { noon } from "../../../support/builders.ts";
import { sharingCatalog as catalog, sharing } from "../../../support/catalog/sharing.ts";

const parse = (event: string, more: object = {}, now = noon) =>
  parseRequest({ product_tag: "shared", env: "prd", event, input: { body: { user: "a" } }, ...more }, catalog, now);

const faultsOf = (event: string, more: object = {}): Record<string, string> => {
  try {
    parse(event, more);
  } catch (error) {
    if (error instanceof RequestError)
      return Object.fromEntries(error.faults.map(({ pointer, detail }) => [pointer, detail]));
    throw error;
  }
  return {};
};

describe("the shared key of a request", () => {
  const keyOf = (user: unknown, more: object = {}) =>
    parse("index", { input: { body: { user } }, ...more }).debounce?.key;

  it.each([
    ["a text", "ada", "ada"],
    ["a number", 42, "42"],
    ["true", true, "true"],
    ["a text of 64 characters", "x".repeat(64), "x".repeat(64)],
    ["a longer text as its hash", "x".repeat(65), expect.stringMatching(/^sha256-[\w-]{43}$/)],
  ])("is %s of the input", (_, user, key) => {
    expect(keyOf(user)).toEqual(key);
  });

  it("never looks like the hash of another one", () => {
    const hash = keyOf("x".repeat(65)) as string;
    expect(keyOf(hash)).not.toBe(hash);
  });

  it("is plain text, whatever it looks like", () => {
    expect(keyOf("a", { debounce: { key: "$Input{body}{user}" } })).toBe("$Input{body}{user}");
  });

  it.each([
    ["absent", {}],
    ["null", { user: null }],
    ["empty", { user: "" }],
    ["a list", { user: ["a"] }],
    ["an object", { user: { id: 1 } }],
  ])("is refused with a pointer into the input if that is %s", (_, body) => {
    expect(faultsOf("index", { input: { body } })).toEqual({
      "/input/body/user": expect.stringMatching(/^gives no text for the key of `debounce`/),
    });
    expect(faultsOf("sync", { input: { body } })).toHaveProperty(["/input/body/user"]);
  });

  it("is not required of a feature's step", () => {
    const request = { product_tag: "shared", env: "prd", event: "index", input: { body: {} } };
    expect(parseRequest(request, catalog, noon, undefined, "feature")).not.toHaveProperty("debounce");
  });
});

describe("the debounce of a request", () => {
  it("takes durations in milliseconds or text, and the event's defaults", () => {
    expect(parse("index")).toMatchObject({
      due_at: noon + 30_000,
      debounce: { key: "a", delay: 30_000, max_wait: 120_000 },
    });
    expect(parse("index", { debounce: { delay: "1m" } }).debounce).toMatchObject({ delay: 60_000, max_wait: 120_000 });
    expect(parse("plain", { debounce: { delay: 2000 } }).debounce).toEqual({ key: "", delay: 2000, max_wait: 20_000 });
  });

  it.each([
    ["longer than max_wait", "index", { delay: "3m" }, "/debounce/delay"],
    ["with a max_wait that is shorter", "index", { max_wait: "10s" }, "/debounce/max_wait"],
    ["without a delay", "plain", { key: "a" }, "/debounce/delay"],
    ["with a delay under a second", "plain", { delay: 999 }, "/debounce/delay"],
    ["with a delay of more than a month", "plain", { delay: "32d" }, "/debounce/delay"],
    ["with a unit that nobody knows", "plain", { delay: "3 weeks" }, "/debounce/delay"],
    ["with an empty key", "plain", { delay: "3s", key: "" }, "/debounce/key"],
    ["with an unknown field", "plain", { delay: "3s", wait: 1 }, "/debounce/wait"],
  ])("is refused %s", (_, event, debounce, pointer) => {
    expect(Object.keys(faultsOf(event, { debounce }))).toEqual([pointer]);
  });

  it("excludes a series, a start, a task and an expiry before it starts", () => {
    const every = { every: 60_000 };
    expect(Object.keys(faultsOf("index", { repeat: every }))).toEqual(["/repeat"]);
    expect(Object.keys(faultsOf("plain", { repeat: every, debounce: { delay: 5000 } }))).toEqual(["/debounce"]);
    expect(Object.keys(faultsOf("index", { start_at: noon + 1000 }))).toEqual(["/start_at"]);
    expect(faultsOf("index", { start_at: noon - 1000 })).toEqual({});
    expect(Object.keys(faultsOf("index", { task_token: "t" }))).toEqual(["/task_token"]);
    expect(Object.keys(faultsOf("index", { expires_at: noon + 20_000 }))).toEqual(["/expires_at"]);
  });

  it("of a repeated request near its expiry is left to its key", () => {
    const keyed = { idempotency_key: "k", expires_at: noon + 20_000 };
    expect(parse("index", keyed).passed).toMatchObject([{ pointer: "/expires_at" }]);
  });
});

describe("the unique key of a request", () => {
  it("skips by default", () => {
    expect(parse("sync").unique).toEqual({ key: "a", on_conflict: "skip" });
    expect(parse("plain", { unique: {} }).unique).toEqual({ key: "", on_conflict: "skip" });
  });

  it("allows a series, and a task if each request has a job", () => {
    expect(faultsOf("sync", { repeat: { every: 60_000 } })).toEqual({});
    expect(Object.keys(faultsOf("sync", { task_token: "t" }))).toEqual(["/task_token"]);
    expect(faultsOf("renew", { task_token: "t" })).toEqual({});
  });

  it("refuses an unknown policy, and debounce beside it", () => {
    expect(Object.keys(faultsOf("sync", { unique: { on_conflict: "wait" } }))).toEqual(["/unique/on_conflict"]);
    expect(Object.keys(faultsOf("sync", { debounce: { delay: 5000 } }))).toEqual(["/debounce"]);
    expect(Object.keys(faultsOf("index", { unique: {} }))).toEqual(["/unique"]);
  });
});

describe("sharing in the catalog:", () => {
  const faults = (event: object) => {
    const jobs = { job: { type: "action", app: "api", action: "call", ...event } };
    return checkCatalog([{ ...sharing, jobs }], registry).map(({ pointer }) => pointer);
  };

  it("the product of these tests is valid", () => {
    expect(checkCatalog([sharing], registry)).toEqual([]);
  });

  it.each([
    ["a debounce longer than max_wait", { debounce: { delay: "2m", max_wait: "1m" } }, "/debounce/max_wait"],
    ["a debounce without a delay", { debounce: { key: "$Input{a}" } }, "/debounce/delay"],
    ["a key that does not parse", { debounce: { delay: 1000, key: "$Input{a" } }, "/debounce/key"],
    ["a key of a sequence", { unique: { key: "$Sequence{a}{b}" } }, "/unique/key"],
    ["a key that changes with time", { unique: { key: "$Now" } }, "/unique/key"],
    ["a key that is the whole input", { unique: { key: "$Input" } }, "/unique/key"],
    [
      "a key with an operator that makes no text of texts",
      { unique: { key: '$Split($Input{a}, ",")' } },
      "/unique/key",
    ],
    ["a key with an operator within another", { unique: { key: "$Trim($Length{$Input{a}})" } }, "/unique/key"],
    ["an unknown policy", { unique: { on_conflict: "wait" } }, "/unique/on_conflict"],
    ["both", { unique: {}, debounce: { delay: 1000 } }, "/unique"],
  ])("%s is a fault", (_, event, pointer) => {
    expect(faults(event)).toEqual([`/shared/jobs/job${pointer}`]);
  });

  it("a key may consist of several fields", () => {
    expect(faults({ unique: { key: '$Concat([$Input{a}, $Input{b}], "-")' } })).toEqual([]);
    expect(faults({ unique: { key: "$Input{a}/$Input{b}" } })).toEqual([]);
  });
});
