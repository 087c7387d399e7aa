import { hash } from "node:crypto";
import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { checkCatalog } from "../../../../../lambdas/core/check/check-catalog.ts";
import { productWith } from "../../../../support/feature-world.ts";

/** A text of so many characters in which hardly any repeat. */
const incompressible = (length: number): string =>
  Array.from({ length: length / 43 }, (_, i) => hash("sha256", String(i), "base64url")).join("");

describe("the check of a feature finds", () => {
  const faults = (feature: unknown, more: Record<string, unknown> = {}) =>
    checkCatalog(
      [productWith({ onboard: feature as FeatureTarget, ...(more as Record<string, FeatureTarget>) })],
      registry,
    ).map(({ pointer, detail }) => `${pointer} ${detail}`);
  const main = (...steps: unknown[]) => ({ sequences: { main: steps } });

  it.each([
    [
      "more than a run can keep",
      main({ event: "create", input: { body: { text: incompressible(600_000) } } }),
      /is larger than a run can keep, .*: 256 KB compressed/,
    ],
    ["an unknown event", main({ event: "creat" }), /main\/0\/event .*Did you mean "create"/],
    [
      "an unknown step",
      main({ event: "create", depends_on: ["mial"] }, { event: "mail" }),
      /depends_on .*"main.mial".*Did you mean "main.mail"/,
    ],
    [
      "a step that waits for itself",
      main({ event: "create", depends_on: ["mail"] }, { event: "mail" }),
      /waits for itself/,
    ],
    ["two steps of one name", main({ event: "create" }, { event: "create" }), /another step "main.create"/],
    [
      "a reference to a later step",
      main({ event: "create", input: { a: "$Sequence{main}{mail}{x}" } }, { event: "mail" }),
      /input\/a refers to step "main.mail"/,
    ],
    [
      "a reference to a step beside it",
      main({ event: "create" }, { event: "mail", depends_on: [], input: { a: "$Sequence{main}{create}{x}" } }),
      /add it to depends_on/,
    ],
    [
      "a reference to no step",
      main({ event: "create", input: { a: "$Sequence{main}{charg}{x}" } }),
      /there is no step/,
    ],
    ["an unknown operator", main({ event: "create", input: { a: ["$Uper('x')"] } }), /input\/a\/0 unknown word/],
    [
      "an unknown input field",
      { input: { name: { type: "string" } }, ...main({ event: "create", input: { a: "$Input{nam}" } }) },
      /Did you mean "name"/,
    ],
    [
      "a field that no value would suit",
      { input: { name: { type: "string", min: 5, max: 3 } }, ...main({ event: "create" }) },
      /input\/name\/max is less than `min`/,
    ],
    [
      "a bound that nothing would look at",
      { input: { more: { type: "object", max: 3 } }, ...main({ event: "create" }) },
      /input\/more\/max is of numbers, strings and lists/,
    ],
    ["a broken output", { ...main({ event: "create" }), output: { a: "$Trim(" } }, /\/output\/a a value is missing/],
    ["a feature that runs itself", main({ event: "onboard" }), /runs itself/],
    [
      "an unknown operator in what a condition compares with",
      main({ event: "create", if: { value: "$Input{currency}", equals: "$Usd{}" } }),
      /main\/0\/if unknown word/,
    ],
    [
      "a reference to no step in what a condition compares with",
      main({ event: "create", if: { value: 1, not_equals: ["$Sequence{main}{charg}{x}"] } }),
      /there is no step/,
    ],
    ["a condition that compares nothing", main({ event: "create", if: { value: 1 } }), /compares with nothing/],
  ])("%s", (_what, feature, message) => {
    expect(faults(feature).join("\n")).toMatch(message);
  });

  it("features that run each other", () => {
    expect(faults(main({ event: "other" }), { other: main({ event: "onboard" }) }).join("\n")).toMatch(/runs itself/);
  });

  it("features that lead to each other, without looking through each one for all that lead to it", () => {
    let looks = 0;
    const many = 100;
    const chain = Object.fromEntries(
      Array.from({ length: many }, (_, i) => {
        const sequences = { main: [{ event: i + 1 < many ? `part_${i + 1}` : "create" }] };
        const part = Object.defineProperty({}, "sequences", {
          enumerable: true,
          get: () => {
            looks++;
            return sequences;
          },
        });
        return [`part_${i}`, part];
      }),
    );
    expect(faults(main({ event: "part_0" }), chain)).toEqual([]);
    expect(looks).toBeLessThan(many * 30);
  });
});
