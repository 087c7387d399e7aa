import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Gates } from "../../../lambdas/core/ports/gates.ts";
import { noon } from "../builders.ts";
import type { FreshGate } from "./fresh-gate.ts";
import { describeLines } from "./gate-lines.ts";
import { describeMarks } from "./gate-marks.ts";
import { describeSlots } from "./gate-slots.ts";
import { describeStarts } from "./gate-starts.ts";

export interface GatesUnderTest {
  gates: Gates;
  stop?: () => Promise<void>;
}

/** Slots, starts and lines, in memory and on DynamoDB alike. */
export function describeGates(name: string, make: () => Promise<GatesUnderTest>): void {
  describe(`${name} as Gates`, () => {
    let made: GatesUnderTest;
    let used = 0;
    let fresh: FreshGate;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    beforeEach(() => {
      used++;
      // Keys have every character: one that separates the names of a gate, one of two UTF-16 units, and the last of one.
      const key = `a#${used}@example.com 😀\uffff`;
      fresh = { gates: made.gates, gate: { product: "shop", env: `e${used}`, limit: "mailbox", key, part: 0 } };
    });
    const current = () => fresh;

    describeSlots(current);
    describeStarts(current);
    describeLines(current);
    describeMarks(current);

    test("pins are kept by limit, whatever the limit's name", async () => {
      const { gates, gate } = current();
      const here = { product: "shop", env: gate.env };
      const pin = { concurrency: 3, until: noon, pinned_at: noon - 1, reason: "the provider asked for it" };
      await gates.pin({ ...here, limit: "PK" }, pin);
      await gates.pin({ ...here, limit: "mailbox" }, { ...pin, concurrency: 4 });
      expect(await gates.pins(here)).toEqual({ PK: pin, mailbox: { ...pin, concurrency: 4 } });
      await gates.unpin({ ...here, limit: "PK" });
      await gates.unpin({ ...here, limit: "absent" });
      expect(await gates.pins(here, { fresh: true })).toEqual({ mailbox: { ...pin, concurrency: 4 } });
    });
  });
}
