import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { definitionId, type FeatureDefinition } from "../../../lambdas/core/catalog/feature-definition.ts";
import type { DefinedEvent, Definitions } from "../../../lambdas/core/ports/definitions.ts";
import { noon } from "../builders.ts";

export interface DefinitionsUnderTest {
  definitions: Definitions;
  /** Another process that knows nothing yet. */
  other: Definitions;
  stop?: () => Promise<void>;
}

const definitionWith = (text: string): FeatureDefinition => ({
  event: { type: "feature", feature: "onboard" },
  target: { sequences: { main: [{ event: "create", input: { text } }] } },
  constants: { fee: 2.5 },
});

const onboard: DefinedEvent = { product: "shop", event: "onboard" };

/** What every store of definitions does, in memory and on DynamoDB alike. */
export function describeDefinitions(name: string, make: () => Promise<DefinitionsUnderTest>): void {
  describe(`${name} as Definitions`, () => {
    let made: DefinitionsUnderTest;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("has no definition that was never stored", async () => {
      expect(await made.definitions.get("def_none")).toBeUndefined();
      expect(await made.definitions.find("def_none")).toBeUndefined();
    });

    test.each(["plain", "an emoji 🧾, \uffff and a lone \ud800", "x".repeat(300_000)])(
      "gives another process what was stored: %.40s",
      async (text) => {
        const definition = definitionWith(text);
        const id = definitionId(definition);
        await made.definitions.put(id, definition, onboard, noon);
        expect(await made.definitions.get(id)).toEqual(definition);
        expect(await made.other.get(id)).toEqual(definition);
      },
    );

    test("stores the same one again, from another process too", async () => {
      const definition = definitionWith("twice");
      const id = definitionId(definition);
      for (const store of [made.definitions, made.definitions, made.other])
        await store.put(id, definition, onboard, noon);
      expect(await made.other.get(id)).toEqual(definition);
      expect(await made.other.find(id)).toEqual({ definition, events: [onboard] });
    });

    test("knows the definitions that an event has had, the latest first, by when each was first stored", async () => {
      const event = { product: "shop", event: "of:time" };
      const ids = ["one", "two", "three"].map((text) => definitionId(definitionWith(text)));
      for (const [i, text] of ["one", "two", "three"].entries())
        await made.definitions.put(ids[i] as string, definitionWith(text), event, noon + i);
      await made.other.put(ids[0] as string, definitionWith("one"), event, noon + 9);
      expect(await made.other.of(event)).toEqual([
        { id: ids[2], first_at: noon + 2 },
        { id: ids[1], first_at: noon + 1 },
        { id: ids[0], first_at: noon },
      ]);
      expect(await made.other.of({ product: "shop", event: "of" })).toEqual([]);
    });

    test("finds every event that has a definition, also one that another process has added", async () => {
      const definition = definitionWith("shared");
      const id = definitionId(definition);
      const others = [
        { product: "shop", event: "order:place" },
        { product: "bank", event: "onboard" },
      ];
      await made.definitions.put(id, definition, onboard, noon);
      expect(await made.other.get(id)).toEqual(definition);
      for (const event of others) await made.other.put(id, definition, event, noon);
      const found = await made.definitions.find(id);
      const names = found?.events.map(({ product, event }) => `${product} ${event}`).sort();
      expect(names).toEqual(["bank onboard", "shop onboard", "shop order:place"]);
      expect(found?.definition).toEqual(definition);
    });
  });
}
