import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { productWith } from "../../../../support/feature-world.ts";

const signals = {
  paid: { schema: { amount: { type: "number" }, currency: { type: "string" } } },
  refused: {},
  review: { schema: { approved: { type: "boolean" } } },
};
const input = { order: { type: "string" }, urgent: { type: "boolean" }, lines: { type: "array" } };

const faultsOf = (main: unknown[], more: object = {}) =>
  checkCatalog(
    [productWith({ onboard: { signals, input, sequences: { main }, ...more } as unknown as FeatureTarget })],
    registry,
  )
    .map(({ pointer, detail }) => `${pointer.replace("/products/shop", "").replace("/features/onboard", "")} ${detail}`)
    .join("\n");

/** A wait, and what follows it. */
const then = (wait: object, ...after: unknown[]) => [{ event: "create" }, { step: "money", wait }, ...after];
const paid = { signal: "paid", key: "$Input{order}" };
const mail = (text: string) => ({ event: "mail", input: { body: { text } } });
const when = (more: object) => ({ event: "mail", if: { value: "$Sequence{main}{money}{signal}", ...more } });

describe("the check of a wait finds", () => {
  it.each<[string, unknown[], RegExp]>([
    ["an unknown signal", then({ signal: "piad" }), /main\/1\/wait\/signal .*no such signal.*Did you mean "paid"/],
    [
      "an unknown signal among several",
      then({ any: [paid, { signal: "refussed" }] }),
      /main\/1\/wait\/any\/1\/signal .*Did you mean "refused"/,
    ],
    [
      "a key of an unknown field of the input",
      then({ signal: "paid", key: "$Input{ordr}" }),
      /main\/1\/wait\/key .*Did you mean "order"/,
    ],
    [
      "a key of a step that comes later",
      then({ any: [paid, { signal: "paid", key: "$Sequence{main}{mail}{id}" }] }, mail("")),
      /main\/1\/wait\/any\/1\/key refers to step "main.mail", which may not have ended by then/,
    ],
    ["a key that does not parse", then({ signal: "paid", key: "$Trim(" }), /wait\/key a value is missing/],
    ["a key that is a credential", then({ signal: "paid", key: "$Auth{api}{token}" }), /wait\/key \$Auth is known in/],
    ["a key that is a claim", then({ signal: "paid", key: "$Session{s}{sub}" }), /wait\/key .*secrets: pass it in/],
    ["a key with the time in it", then({ signal: "paid", key: "o-$Now" }), /wait\/key .*which no sender knows/],
    ["a key that is true or false", then({ signal: "paid", key: "$Input{urgent}" }), /wait\/key is of type boolean/],
    ["a key that is a list", then({ signal: "paid", key: "$Input{lines}" }), /wait\/key is of type array/],
    [
      "the same signal with the same key twice",
      then({ any: [paid, { signal: "refused" }, paid] }),
      /main\/1\/wait\/any\/2 .*paid with this key twice/,
    ],
    ["a time that is none", then({ until: "tomorrow" }), /main\/1\/wait\/until must be Unix time/],
    ["a number that is no time", then({ until: -1 }), /main\/1\/wait\/until must be Unix time/],
    ["a time of an unknown field", then({ until: "$Input{ordr}" }), /main\/1\/wait\/until .*Did you mean "order"/],
    [
      "a wait that never ends, since it waits for what waits for it",
      [{ step: "money", wait: paid, depends_on: ["mail"] }, { event: "mail" }],
      /main\/0\/depends_on step "main.money" waits for itself/,
    ],
    [
      "an unknown field of a result",
      then(paid, mail("$Sequence{main}{money}{payloud}")),
      /main\/2\/input\/body\/text the result of a wait has no field "payloud".*Did you mean "payload"/,
    ],
    [
      "an unknown field of a payload",
      then(paid, mail("$Sequence{main}{money}{payload}{amuont}")),
      /main\/2\/input\/body\/text the payload of paid has no field "amuont".*Did you mean "amount"/,
    ],
    [
      "a field of a payload that none of several signals has",
      then({ any: [paid, { signal: "review" }] }, mail("$Sequence{main}{money}{payload}{approvd}")),
      /the payload of paid or review has no field "approvd".*Did you mean "approved"/,
    ],
    [
      "a field of a signal in the result of a wait for a time",
      then({ for: "2h" }, mail("$Sequence{main}{money}{payload}")),
      /the result of a wait has no field "payload"/,
    ],
    [
      "a condition that compares with a signal for which it does not wait",
      then({ any: [paid, { signal: "refused" }] }, when({ equals: "refsed" })),
      /main\/2\/if\/equals step "main.money" waits for no such signal.*Did you mean "refused"/,
    ],
    [
      "the same among several conditions",
      then(paid, { event: "mail", if: [{ value: 1, equals: 1 }, when({ not_equals: "review" }).if] }),
      /main\/2\/if\/1\/not_equals step "main.money" waits for no such signal/,
    ],
  ])("%s", (_, main, message) => {
    expect(faultsOf(main)).toMatch(message);
  });

  it("an unknown field of a payload in the output", () => {
    const output = { amount: "$Sequence{main}{money}{payload}{amuont}" };
    expect(faultsOf(then(paid), { output })).toMatch(/\/output\/amount .*Did you mean "amount"/);
  });
});

describe("the check of a wait passes", () => {
  it.each<[string, unknown[]]>([
    ["the fields of a payload", then(paid, mail("$Sequence{main}{money}{payload}{amount}"))],
    [
      "every field of a result",
      then(
        paid,
        ...["signal", "id", "at", "payload", "timed_out"].map((field, i) => ({
          ...mail(`$Sequence{main}{money}{${field}}`),
          step: `m${i}`,
        })),
      ),
    ],
    [
      "any field of a payload without a schema",
      then({ any: [paid, { signal: "refused" }] }, mail("$Sequence{main}{money}{payload}{why}")),
    ],
    [
      "a condition on a signal that it awaits",
      then({ any: [paid, { signal: "refused" }] }, when({ equals: "refused" })),
    ],
    ["a condition that compares with a template", then(paid, when({ equals: "$Input{order}" }))],
    [
      "a key of several parts, and none",
      then({ any: [{ signal: "paid", key: "o-$Input{order}-$Sequence{main}{create}{body}{id}" }, { signal: "paid" }] }),
    ],
    ["a time", then({ until: "2030-01-01T00:00:00Z" })],
    ["a time of the input", then({ until: "$Input{order}" })],
  ])("%s", (_, main) => {
    expect(faultsOf(main)).toBe("");
  });
});
