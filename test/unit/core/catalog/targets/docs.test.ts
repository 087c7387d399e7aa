import { readFileSync } from "node:fs";
import { groupBounds, healthBounds } from "../../../../../lambdas/core/catalog/targets/group-bounds.ts";
import { defaultCodes } from "../../../../../lambdas/core/catalog/targets/moves-on.ts";
import { leftOutMs, longestLeftOutMs } from "../../../../../lambdas/core/catalog/targets/outages.ts";
import { rows } from "../../../../support/nothing-done-table.ts";

const page = readFileSync("docs/catalog/fallback.md", "utf8").replace(/\s+/g, " ");

test("the page on fallbacks has the code's numbers and codes", () => {
  expect(page).toContain(`1 to ${groupBounds.members} entries`);
  expect(page).toContain(`used last for ${leftOutMs / 1000} seconds`);
  expect([longestLeftOutMs, healthBounds.mostEveryMs]).toEqual([3_600_000, 3_600_000]);
  expect(page).toContain("up to an hour");
  expect(page).toContain(
    `${healthBounds.everyMs / 1000} s by default, ${healthBounds.leastEveryMs / 1000} s to 1 hour`,
  );
  expect(healthBounds.longestMs).toBe(1000);
  expect(page).toContain("holds a job up for a second at most");
  const [, when = ""] = page.split("## When the next target is tried");
  for (const code of defaultCodes) expect(when.split("never otherwise")[0]).toContain(`\`${code}\``);
});

describe("the page on what proves that nothing was done", () => {
  const text = readFileSync("docs/catalog/nothing-done.md", "utf8");
  const inPage = new Map(
    text
      .split("\n")
      .filter((line) => line.startsWith("| "))
      // The formatter pads the cells.
      .map((line) => line.replace(/ +\|/g, " |"))
      .map((line) => [line.split(" | ")[0], line]),
  );

  test.each(rows().map((row) => [row.split(" | ")[0] ?? "", row] as const))(
    "has what the code says of %s",
    (client, row) => {
      expect(inPage.get(client)).toBe(row);
    },
  );

  test("has no client that the code does not have", () => {
    expect(inPage.size).toBe(rows().length + 2);
  });
});
