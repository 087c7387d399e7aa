import { countsText, shortCounts } from "../../../dashboard/src/pages/job/counts.ts";

it.each([
  [{ items: 10_000, done: 4250, failed: 0, open: 50 }, "4250/10000", "4,250 of 10,000 items done, 50 open"],
  [{ items: 3, done: 1, failed: 2, open: 0 }, "1/3, 2 failed", "1 of 3 items done, 2 failed"],
  [{ items: 0, done: 0, failed: 0, open: 0 }, "0/0", "0 of 0 items done"],
])("counts %j are shown short and in words", (counts, short, text) => {
  expect([shortCounts(counts), countsText(counts)]).toEqual([short, text]);
});
