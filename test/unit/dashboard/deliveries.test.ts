import { isLong, pageSize, readMatching } from "../../../dashboard/src/pages/deliveries/read-matching.ts";
import {
  addressOfReceived,
  attemptWords,
  bodyMissing,
  receivedMeaning,
  receivedNames,
  refusalOf,
  replayWords,
  sentMeaning,
  sentNames,
  titleOf,
} from "../../../dashboard/src/pages/deliveries/words.ts";
import { sentOutcomes } from "../../../lambdas/core/catalog/sent-delivery.ts";
import { hookOutcomes } from "../../../lambdas/core/job/hook-delivery.ts";
import type { HookDelivery } from "../../../sdk/src/index.ts";

test("every outcome of the API has its words, and a place in the filter", () => {
  expect(receivedNames.map(([name]) => name).sort()).toEqual(["", ...hookOutcomes].sort());
  expect(sentNames.map(([name]) => name).sort()).toEqual(["", ...sentOutcomes].sort());
  expect(Object.keys(receivedMeaning).sort()).toEqual([...hookOutcomes].sort());
  expect(Object.keys(sentMeaning).sort()).toEqual([...sentOutcomes].sort());
});

test("a delivery is named as its provider knows it, and else by its own id", () => {
  const id = `dlv_${"0".repeat(32)}`;
  expect(titleOf({ id, delivery_id: "evt_1\u202e" })).toBe("evt_1\\u202e");
  expect(titleOf({ id })).toBe("dlv_0000…000000");
  const delivery = { product_tag: "shop", env: "prd", hook: "a/b", id } as HookDelivery;
  expect(addressOfReceived(delivery)).toBe(`/deliveries/received/a%2Fb/${id}?product=shop&env=prd`);
});

test("says in a line why a delivery was not taken", () => {
  const errors = [
    { pointer: "", detail: "is no JSON" },
    { pointer: "/body/a", detail: "is missing" },
  ];
  expect(refusalOf({ code: "INVALID_REQUEST", errors })).toBe("INVALID_REQUEST: / is no JSON, and 1 other place");
  expect(refusalOf({ code: "INTERNAL" })).toBe("INTERNAL");
  expect(refusalOf({})).toBeUndefined();
});

test("says how an attempt ended, what a replay made, and why there is no body", () => {
  expect(attemptWords({ at: 0, attempt: 1, ms: 12, status: 503, code: "HTTP_503" })).toBe("503 in 12 ms");
  expect(attemptWords({ at: 0, attempt: 1, ms: 10_000, code: "TIMEOUT" })).toBe("TIMEOUT in 10.0 s");
  expect(replayWords({ delivery: "d", outcome: "accepted", signal_id: "s" })).toBe("Replayed: it became a signal");
  expect([bodyMissing({ replayable: false }, true), bodyMissing({ replayable: true }, false)]).toEqual([
    ...["not kept", "not allowed"],
  ]);
  expect(bodyMissing({ replayable: true }, true)).toBe("redacted");
});

describe("a list by outcome", () => {
  /** Pages of one delivery each, of which every tenth has failed. */
  const pages = (all: number) => {
    let asked = 0;
    const read = async (cursor: string | undefined) => {
      asked++;
      const place = Number(cursor ?? 0);
      const deliveries = [{ at: 1_000 - place, outcome: place % 10 === 9 ? "failed" : "accepted" }];
      return { deliveries, ...(place + 1 < all && { next_cursor: String(place + 1) }) };
    };
    return { read, asked: () => asked };
  };

  test("goes back until it has looked at ten times as many as it shows, and says how far", async () => {
    const { read, asked } = pages(100);
    const list = await readMatching(read, "failed", pageSize);
    expect(list).toEqual({
      deliveries: [{ at: 991, outcome: "failed" }],
      ...{ pages: 10, examined: 10, lookedBackTo: 991, hasMore: true },
    });
    expect(asked()).toBe(10);
  });

  test("ends with the last page", async () => {
    const list = await readMatching(pages(3).read, "", pageSize);
    expect([list.deliveries.length, list.hasMore]).toEqual([3, false]);
  });

  test("reads no page more than it shows", async () => {
    let asked = 0;
    const deliveries = Array.from({ length: pageSize }, () => ({ at: 1, outcome: "accepted" }));
    const list = await readMatching(async () => ({ deliveries, next_cursor: String(++asked) }), "accepted", pageSize);
    expect([asked, list.pages, list.deliveries.length, list.hasMore]).toEqual([1, 1, pageSize, true]);
  });

  test("is asked for again by itself while it takes few requests", () => {
    const list = { deliveries: [], examined: 0, lookedBackTo: undefined, hasMore: false };
    expect([1, 2, 3].map((pages) => isLong({ ...list, pages }))).toEqual([false, false, true]);
  });
});
