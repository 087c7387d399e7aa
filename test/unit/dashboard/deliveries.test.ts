import { isLong, readPages } from "../../../dashboard/src/pages/deliveries/read-pages.ts";
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

describe("a list that goes on", () => {
  /** Pages of one delivery each. */
  const reading = (all: number, more: object = {}) => {
    const cursors: (string | undefined)[] = [];
    const read = async (cursor: string | undefined) => {
      cursors.push(cursor);
      const place = Number(cursor ?? 0);
      const isLast = place + 1 === all;
      return { deliveries: [place], ...(!isLast && { ...more, next_cursor: String(place + 1) }) };
    };
    return { read, cursors };
  };

  test("has the pages that were asked for, and reads no more", async () => {
    const { read, cursors } = reading(5);
    expect(await readPages(read, 3)).toEqual({
      deliveries: [0, 1, 2],
      ...{ pages: 3, lookedBackTo: undefined, hasMore: true },
    });
    expect(cursors).toEqual([undefined, "1", "2"]);
  });

  test("ends with the last page", async () => {
    const { pages, hasMore } = await readPages(reading(2).read, 3);
    expect([pages, hasMore]).toEqual([2, false]);
  });

  test("says how far the last page has looked, if that found few", async () => {
    const read = (all: number) => readPages(reading(all, { looked_back_to: 7 }).read, 2);
    expect([(await read(3)).lookedBackTo, (await read(2)).lookedBackTo]).toEqual([7, undefined]);
  });

  test("is asked for again by itself while it takes few requests", () => {
    const list = { deliveries: [], lookedBackTo: undefined, hasMore: false };
    expect([1, 2, 3].map((pages) => isLong({ ...list, pages }))).toEqual([false, false, true]);
  });
});
