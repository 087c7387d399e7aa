import { clean, cleanLines, jsonText } from "../../../packages/ductape-jobs/src/cli/terminal/clean.ts";
import { paintOf } from "../../../packages/ductape-jobs/src/cli/terminal/colour.ts";
import { type Column, fields, makeTable, table } from "../../../packages/ductape-jobs/src/cli/terminal/table.ts";
import { duration, localTime, relative, zoneOf } from "../../../packages/ductape-jobs/src/cli/terminal/time.ts";
import { cut, widthOf } from "../../../packages/ductape-jobs/src/cli/terminal/width.ts";

describe("the width of a text in columns", () => {
  it.each([
    ["abc", 3],
    ["Grüße", 5],
    ["e\u0301", 1],
    ["日本語", 6],
    ["한국", 4],
    ["ｆｕｌｌ", 8],
    ["👍", 2],
    ["👩‍👩‍👧‍👦", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["\u001B[31mred\u001B[39m", 3],
    ["", 0],
  ])("%j takes %i", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    ["abcdef", 4, "abc…"],
    ["日本語", 4, "日…"],
    ["日本語", 6, "日本語"],
    ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3, "👩‍👩‍👧‍👦…"],
  ])("%j cut to %i is %j", (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });
});

interface Row {
  id: string;
  name: string;
  why?: string;
}
const columns: Column<Row>[] = [
  { title: "ID", cell: ({ id }) => id },
  { title: "NAME", cell: ({ name }) => name, flexible: true },
  { title: "WHY", cell: ({ why }) => why, flexible: true },
];

describe("a table", () => {
  it("aligns columns by their width on a terminal, and leaves out empty ones", () => {
    const rows = [
      { id: "1", name: "日本 👍" },
      { id: "22", name: "x" },
    ];
    expect(table(columns, rows)).toEqual(["ID  NAME", "1   日本 👍", "22  x"]);
    const [head, ...lines] = table([...columns.slice(0, 2), { title: "END", cell: () => "|" }], rows);
    expect([head, ...lines].map((text = "") => widthOf(text.slice(0, text.search(/END|\|/))))).toEqual([13, 13, 13]);
  });

  it("cuts flexible columns to the terminal's width, the last one first", () => {
    const rows = [{ id: "1", name: "n".repeat(30), why: "w".repeat(100) }];
    const [, line = ""] = table(columns, rows, 80);
    expect(line).toBe(`1   ${"n".repeat(30)}  ${"w".repeat(43)}…`);
    expect(widthOf(line)).toBe(80);
    expect(widthOf(table(columns, rows, 40)[1] ?? "")).toBe(40);
    expect(table(columns, rows)[1]).toContain("w".repeat(100));
  });

  it("leaves out less important columns on a narrow terminal", () => {
    const rows = [{ id: "1".repeat(20), name: "n".repeat(30), why: "w".repeat(30) }];
    const drops = columns.map((column, i) => (i === 0 ? column : { ...column, drop: 3 - i }));
    expect(table(drops, rows, 50)[0]).toBe(`ID${" ".repeat(20)}NAME${" ".repeat(12)}WHY`);
    expect(table(drops, rows, 40)).toEqual([`ID${" ".repeat(20)}NAME`, `${"1".repeat(20)}  ${"n".repeat(17)}…`]);
    expect(table(drops, rows, 10)).toEqual(["ID", "1".repeat(20)]);
  });

  it("in parts has one line of titles and the same columns", () => {
    const part = makeTable(columns);
    expect(part([{ id: "1", name: "long name" }], true)).toEqual(["ID  NAME       WHY", "1   long name"]);
    expect(part([{ id: "22", name: "n", why: "w" }])).toEqual(["22  n          w"]);
  });

  it("shows no control character", () => {
    const [, line] = table(columns, [{ id: "1", name: "a\u001B[2Jb\r\nc\u009B31md\u202Ee", why: "\u0007" }]);
    expect(line).toBe("1   ab cde");
  });

  it("aligns coloured texts as others", () => {
    const paint = paintOf({ isTTY: true, env: {} });
    const painted = [
      { ...columns[0], paint: (text: string) => paint("red", text) } as Column<Row>,
      columns[1] as Column<Row>,
    ];
    expect(table(painted, [{ id: "1", name: "x" }])).toEqual(["ID  NAME", "\u001B[31m1\u001B[39m   x"]);
  });
});

test("names and values are aligned, without names that have no value", () => {
  expect(
    fields([
      ["a", "1"],
      ["long", "2"],
      ["none", undefined],
      ["empty", ""],
    ]),
  ).toEqual(["  a     1", "  long  2"]);
});

test.each([
  [{ isTTY: true, env: {} }, true],
  [{ isTTY: false, env: {} }, false],
  [{ isTTY: true, env: { NO_COLOR: "1" } }, false],
  [{ isTTY: true, env: { NO_COLOR: "" } }, true],
  [{ isTTY: true, env: { TERM: "dumb" } }, false],
])("with %j there are colours: %s", (io, expected) => {
  expect(paintOf(io)("red", "x") !== "x").toBe(expected);
});

describe("texts from the API", () => {
  it("lose control characters and keep their letters", () => {
    expect(clean("a\tb\u0000\u200Ec 👩‍👩‍👧")).toBe("a bc 👩‍👩‍👧");
    expect(cleanLines("a\u001B]0;title\u0007\n\tb")).toBe("a\n  b");
  });

  it("become JSON without control characters", () => {
    const value = { "a\u001B": "b\u009Bc\u007F" };
    const text = jsonText(value);
    expect(text).toMatch(/^[\x20-\x7E]+$/);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe("times in the terminal", () => {
  const at = Date.UTC(2030, 0, 31, 8, 5, 9);

  it.each([
    ["Europe/Berlin", "2030-01-31 09:05:09 +01:00"],
    ["UTC", "2030-01-31 08:05:09 +00:00"],
    ["Asia/Kathmandu", "2030-01-31 13:50:09 +05:45"],
    ["America/New_York", "2030-01-31 03:05:09 -05:00"],
  ])("in %s have the offset", (timeZone, expected) => {
    expect(localTime(at, { timeZone })).toBe(expected);
  });

  it("take the zone of TZ, else the machine's", () => {
    expect(zoneOf({ TZ: "Asia/Tokyo" })).toEqual({ timeZone: "Asia/Tokyo" });
    expect(zoneOf({ TZ: ":UTC" })).toEqual({ timeZone: "UTC" });
    expect(zoneOf({ TZ: "nowhere" })).toEqual({});
    expect(zoneOf({})).toEqual({});
  });

  it.each([
    [0, "now"],
    [999, "now"],
    [90_000, "in 1 min 30 s"],
    [-59_600, "1 min ago"],
    [7_200_000, "in 2 h"],
    [-5_400_000, "1 h 30 min ago"],
    [40 * 86_400_000, "in 40 d"],
  ])("%i ms from now is %j", (ms, expected) => {
    expect(relative(at + ms, at)).toBe(expected);
  });

  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [2500, "2.5 s"],
    [59_999, "1 min"],
    [3_600_000, "1 h"],
  ])("%i ms lasts %j", (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });
});
