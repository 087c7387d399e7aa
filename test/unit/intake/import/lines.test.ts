import { groupsOf, type ImportLine, linesOf } from "../../../../lambdas/intake/import/lines.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { fc } from "../../../support/properties.ts";

async function* inChunks(bytes: Uint8Array, sizes: () => number) {
  for (let at = 0; at < bytes.byteLength; ) {
    const next = at + sizes();
    yield bytes.subarray(at, next);
    at = next;
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const read = (text: string, { chunk = 3, longest = 100 } = {}): Promise<ImportLine[]> => {
  const bytes = Buffer.from(text);
  return all(
    linesOf(
      inChunks(bytes, () => chunk),
      { offset: 0, lines: 0, size: bytes.byteLength },
      longest,
    ),
  );
};
const texts = (lines: ImportLine[]) => lines.map(({ bytes }) => bytes && String(bytes));

test.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\nb", ["a", "b"]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["\n\na\n\n", ["", "", "a", ""]],
  ["a\rb\n", ["a\rb"]],
])("the text %j is split into lines", async (text, expected) => {
  expect(texts(await read(text))).toEqual(expected);
});

test("a character that is split between chunks of a line stays whole", async () => {
  for (const chunk of [1, 2, 3, 4, 5]) expect(texts(await read("é€😀\n漢字", { chunk }))).toEqual(["é€😀", "漢字"]);
});

test("a line that is too long is counted without its content", async () => {
  const lines = await read(`${"x".repeat(11)}\nok\n${"y".repeat(10)}\r\n${"z".repeat(500)}`, { longest: 10 });
  expect(texts(lines)).toEqual([undefined, "ok", "y".repeat(10), undefined]);
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
});

test("a stream that ends before the object throws", async () => {
  const bytes = Buffer.from("a\nbcd");
  const lines = linesOf(
    inChunks(bytes, () => 2),
    { offset: 0, lines: 0, size: 9 },
    10,
  );
  await expect(all(lines)).rejects.toThrow("the object ended at byte 5 of 9");
});

test("a stream that goes on after the object throws before a further line", async () => {
  const lines = linesOf(
    inChunks(Buffer.from("a\nb\nc\nd\n"), () => 2),
    { offset: 0, lines: 0, size: 4 },
    10,
  );
  const read: string[] = [];
  const reading = (async () => {
    for await (const { bytes } of lines) read.push(String(bytes));
  })();
  await expect(reading).rejects.toThrow("continues after its end");
  expect(read).toEqual(["a", "b"]);
});

test("reading may go on after any line, whatever the chunks", async () => {
  const line = fc.string({ unit: anyCharacter, maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, " "));
  const object = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), fc.boolean());
  await fc.assert(
    fc.asyncProperty(object, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), async ([given, end, closed], sizes) => {
      const bytes = Buffer.from(given.join(end) + (closed ? end : ""));
      const size = bytes.byteLength;
      const chunk = () => sizes.next().value as number;
      const whole = await all(linesOf(inChunks(bytes, chunk), { offset: 0, lines: 0, size }, 1000));
      expect(whole.at(-1)?.end ?? 0).toBe(size);
      for (const [i, { number: lines, end: offset }] of whole.entries()) {
        const rest = await all(linesOf(inChunks(bytes.subarray(offset), chunk), { offset, lines, size }, 1000));
        expect(rest).toEqual(whole.slice(i + 1));
      }
    }),
    { numRuns: 200 },
  );
});

test("a group of lines is full when it has enough items or bytes", async () => {
  const items = async function* () {
    yield* [1, 1, 1, 9, 1, 20, 1];
  };
  expect(await all(groupsOf(items(), { items: 3, bytes: 10 }, (bytes) => bytes))).toEqual([
    [1, 1, 1],
    [9, 1],
    [20],
    [1],
  ]);
});
