import { jsonLossIn } from "../../../../lambdas/core/kernel/json-losses.ts";
import { fc } from "../../../support/properties.ts";

describe("what JSON would change", () => {
  it("is nothing of a value that JSON has written", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        expect(jsonLossIn(JSON.parse(json))).toBeUndefined();
      }),
    );
  });

  it("is found wherever a value comes back as another one", () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, maxDepth: 3 }),
        (value) => {
          if (jsonLossIn(value) !== undefined) return;
          // What JSON leaves out reads as undefined, and it has no negative zero.
          expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(structuredClone(value))));
          expect(JSON.stringify(value)).toBeDefined();
        },
      ),
    );
  });
});
