import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDuration, readTime, timeOf } from "../../../packages/ductape-jobs/src/cli/arguments/read-time.ts";
import { readInput } from "../../../packages/ductape-jobs/src/cli/arguments/read-value.ts";

describe("a time that a user writes", () => {
  it.each([
    ["+10m", { fromNow: 600_000 }],
    ["-1.5h", { fromNow: -5_400_000 }],
    ["now", { fromNow: 0 }],
    ["0", { absolute: 0 }],
    ["1900000000", { absolute: 1_900_000_000 }],
    ["1900000000000", { absolute: 1_900_000_000_000 }],
    ["2030-01-31T09:00:00+01:00", { absolute: "2030-01-31T09:00:00+01:00" }],
    ["2030-01-31 09:00:00 +01:00", { absolute: "2030-01-31T09:00:00+01:00" }],
    ["2030-01-31T09:00z", { absolute: "2030-01-31T09:00:00Z" }],
  ])("%j is %j", (text, expected) => {
    expect(readTime(text)).toEqual(expected);
  });

  it.each(["", "soon", "10m", "+10", "+", "2030-01-31", "2030-01-31T09:00:00", "2030-13-31T09:00:00Z", "1e9", "-5"])(
    "%j is refused",
    (text) => {
      expect(() => readTime(text)).toThrow(/RFC 3339/);
    },
  );

  it("is counted from the API's now, which is asked for only then", async () => {
    expect(await timeOf({ fromNow: -5 }, () => 100)).toBe(95);
    const never = () => {
      throw new Error("asked");
    };
    expect(await timeOf({ absolute: 7 }, never)).toBe(7);
    expect(await timeOf(undefined, never)).toBeUndefined();
  });
});

test.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["1.5h", 5_400_000],
  ["2d", 172_800_000],
  ["250ms", 250],
])("the duration %j is %i ms", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(["", "m", "-5m", "5 fortnights", "1e3", "3600", "0"])("the duration %j is refused", (text) => {
  expect(() => readDuration(text)).toThrow(/such as 90s/);
});

describe("the input of a command", () => {
  const cwd = mkdtempSync(join(tmpdir(), "ductape-cli-input-"));
  writeFileSync(join(cwd, "input.json"), '{"a":1}');
  const stdin = async function* () {
    yield '{"a":';
    yield Buffer.from('"ü"}');
  };

  it("is a text, a file's content or standard input", async () => {
    expect(await readInput('{"a":[]}', { cwd })).toEqual({ a: [] });
    expect(await readInput("@input.json", { cwd })).toEqual({ a: 1 });
    expect(await readInput("-", { cwd, stdin: stdin() })).toEqual({ a: "ü" });
  });

  it("may begin with a byte order mark, as Windows writes it", async () => {
    writeFileSync(join(cwd, "utf8.json"), '\uFEFF{"a":"ü"}\r\n');
    writeFileSync(join(cwd, "utf16.json"), '\uFEFF{"a":"ü"}\r\n', "utf16le");
    expect(await readInput("@utf8.json", { cwd })).toEqual({ a: "ü" });
    expect(await readInput("@utf16.json", { cwd })).toEqual({ a: "ü" });
    const marked = async function* () {
      yield '\uFEFF{"a":1}';
    };
    expect(await readInput("-", { cwd, stdin: marked() })).toEqual({ a: 1 });
  });

  it("that is no JSON is refused with its place and not quoted", async () => {
    const wrong = await readInput('{"password": "hunter2" x}', { cwd }).catch((error: Error) => error.message);
    expect(wrong).toMatch(/^--input is not JSON: at position 23/);
    expect(wrong).not.toContain("hunter2");
    await expect(readInput("@absent.json", { cwd })).rejects.toThrow("--input: absent.json cannot be read (ENOENT).");
    await expect(readInput("-", { cwd })).rejects.toThrow("Standard input is not JSON: unexpected end.");
  });
});
