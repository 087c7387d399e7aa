import { expect, test } from "@jest/globals";
import { searchPages } from "../../../dashboard/src/api/search-pages.ts";

/** Pages of a thousand jobs each, of which some match. */
const reading = (pages: readonly (readonly string[])[]) => async (cursor: string | undefined) => {
  const at = Number(cursor ?? 0);
  const isLast = at === pages.length - 1;
  return {
    items: pages[at] ?? [],
    ...(!isLast && { next_cursor: String(at + 1), examined: 1_000, looked_back_to: 100 - at }),
  };
};

test("an empty page ends no search", async () => {
  const found = await searchPages(reading([[], [], ["a"], []]), { wanted: 1, mostPages: 10 });
  expect(found).toEqual({ items: ["a"], hasMore: true, pages: 3, examined: 3_000, lookedBackTo: 98 });
  expect(await searchPages(reading([[], []]), { wanted: 1, mostPages: 10 })).toEqual({
    ...{ items: [], hasMore: false, pages: 2, examined: 1_000, lookedBackTo: undefined },
  });
});

test("a search among very many jobs says how far it came", async () => {
  const pages = Array.from({ length: 100 }, () => []);
  const found = await searchPages(reading(pages), { wanted: 1, mostPages: 10 });
  expect(found).toEqual({ items: [], hasMore: true, pages: 10, examined: 10_000, lookedBackTo: 91 });
});
