import { firstDeliveryId } from "../../../../lambdas/core/job/hook-delivery.ts";
import { largestRead, listDeliveries, readsAtMost } from "../../../../lambdas/core/queries/list-deliveries.ts";
import { noon } from "../../../support/builders.ts";

/** Deliveries a second apart, the latest at noon, of which those at these places have failed. */
function kept(count: number, failed: readonly number[]) {
  const idOf = (place: number) => `${firstDeliveryId(noon - place * 1000)}${"0".repeat(20)}`;
  const all = Array.from({ length: count }, (_, place) => ({
    id: idOf(place),
    outcome: failed.includes(place) ? "failed" : "delivered",
  }));
  const reads: number[] = [];
  const read = async ({ before, limit }: { before: string; limit: number }) => {
    reads.push(limit);
    const deliveries = all.filter(({ id }) => id < before).slice(0, limit);
    const last = deliveries.at(-1)?.id;
    return { deliveries, ...(deliveries.length === limit && last !== undefined && { next: last }) };
  };
  const list = (limit: number, outcome?: string[], before = firstDeliveryId(noon + 1)) =>
    listDeliveries(read, { before, limit, outcome });
  return { list, reads, idOf };
}

it("reads a page as long as it was asked for where any outcome will do", async () => {
  const { list, reads, idOf } = kept(5, []);
  expect(await list(2)).toEqual({
    deliveries: [0, 1].map((n) => expect.objectContaining({ id: idOf(n) })),
    next: idOf(1),
  });
  expect(reads).toEqual([2]);
});

it("ends after a thousand of another outcome, and says how far it has looked", async () => {
  const { list, reads, idOf } = kept(2500, [2400]);
  const examined = readsAtMost * largestRead;
  const first = await list(20, ["failed"]);
  expect(first).toEqual({ deliveries: [], next: idOf(999), examined, looked_back_to: noon - 999_000 });
  expect(reads).toEqual(Array(readsAtMost).fill(largestRead));
  const second = await list(20, ["failed"], first.next);
  const third = await list(20, ["failed"], second.next);
  expect(third).toEqual({ deliveries: [{ id: idOf(2400), outcome: "failed" }] });
});

it("goes on after the last one that it shows", async () => {
  const { list, idOf } = kept(30, [3, 10, 29]);
  const first = await list(2, ["failed"]);
  expect([first.deliveries.map(({ id }) => id), first.next]).toEqual([[idOf(3), idOf(10)], idOf(10)]);
  // Nothing follows the last one, so that no page does.
  expect(await list(1, ["failed"], first.next)).toEqual({ deliveries: [{ id: idOf(29), outcome: "failed" }] });
});
