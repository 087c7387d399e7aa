import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Operations } from "../../../lambdas/core/ports/operations.ts";
import { anOperation } from "../an-operation.ts";
import { noon } from "../builders.ts";

/** What every store of operations does, in memory and on DynamoDB alike. */
export function describeOperations(
  name: string,
  make: () => Promise<{ operations: Operations; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as Operations`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let last = 0;
    const fresh = () => ({ product: `shop-${++last}`, id: `op_${String(last).padStart(16, "0")}` });
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());

    test("an operation is read as written, and made once", async () => {
      const operation = anOperation({
        ...fresh(),
        canary: { count: 3, for_ms: 60_000, max_failures: 0 },
        place: { partition: 3, after: { id: "job_1", time: noon } },
        slice: { from: 5, to: 9 },
      });
      expect(await made.operations.get(operation.id)).toBeUndefined();
      expect(await made.operations.create(operation)).toBe("created");
      expect(await made.operations.get(operation.id)).toEqual(operation);
      expect(await made.operations.create({ ...operation, created_at: noon + 1 })).toBe("exists");
    });

    test("it is replaced only as it was read", async () => {
      const operation = anOperation(fresh());
      await made.operations.create(operation);
      const next = { ...operation, version: 2, turn: 5 };
      expect(await made.operations.replace(next)).toBe("replaced");
      expect(await made.operations.replace({ ...operation, version: 2, turn: 6 })).toBe("lost");
      const over = { ...next, version: 3, state: "done" as const, ended_at: noon };
      expect(await made.operations.replace(over)).toBe("replaced");
      expect(await made.operations.get(operation.id)).toEqual(over);
      expect(await made.operations.replace({ ...anOperation(fresh()), version: 2 })).toBe("lost");
    });

    test("one operation has a place, until it leaves it", async () => {
      const { product, id } = fresh();
      const open = { product, slot: 0, id, at: noon };
      expect(await made.operations.enter(open)).toBe("entered");
      expect(await made.operations.enter({ ...open, id: "op_other" })).toBe("taken");
      await made.operations.enter({ ...open, slot: 1, id: "op_other" });
      await made.operations.enter({ ...open, product: `${product}-2` });
      expect(await made.operations.open(product)).toEqual([open, { ...open, slot: 1, id: "op_other" }]);
      expect((await made.operations.open()).length).toBeGreaterThanOrEqual(3);
      await made.operations.leave({ ...open, id: "op_other" });
      expect(await made.operations.open(product)).toHaveLength(2);
      await made.operations.leave(open);
      expect(await made.operations.open(product)).toEqual([{ ...open, slot: 1, id: "op_other" }]);
    });

    test("lists the operations of a product in pages, the latest first", async () => {
      const { product } = fresh();
      const listed = [1, 2, 3].map((n) => ({ id: `op_${n}`, created_at: noon + n }));
      for (const one of [...listed, listed[1]]) if (one) await made.operations.enlist(product, one);
      await made.operations.enlist(`${product}-2`, { id: "op_4", created_at: noon });
      const first = await made.operations.list(product, { limit: 2 });
      expect(first).toEqual([listed[2], listed[1]]);
      expect(await made.operations.list(product, { limit: 2, after: first[1] })).toEqual([listed[0]]);
    });

    test("keeps the pages of what was not changed", async () => {
      const { id } = fresh();
      const jobs = [{ job_id: "job_1", outcome: "failed" as const, code: "INTERNAL", detail: "Something went wrong." }];
      await made.operations.putPage(id, 3, { jobs }, noon);
      await made.operations.putPage(id, 12, { previous: 3, jobs }, noon);
      expect(await made.operations.page(id, 12)).toEqual({ previous: 3, jobs });
      expect(await made.operations.page(id, 3)).toEqual({ jobs });
      expect(await made.operations.page(id, 4)).toBeUndefined();
    });
  });
}
