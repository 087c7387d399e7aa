import { jest } from "@jest/globals";
import { createKeybindingsHandler } from "tinykeys";
import { rowAfter } from "../../../dashboard/src/pages/jobs/row-after.ts";
import { pageLetters, pathOf, type ShortcutId, shortcuts } from "../../../dashboard/src/shortcuts/table.ts";

// How long it waits for the second key of two.
beforeAll(() => void jest.useFakeTimers());
afterAll(() => void jest.useRealTimers());

/** What the table makes of keys that are pressed one after the other. */
function pressed(...keys: string[]): string[] {
  const done: string[] = [];
  const bindings = shortcuts.flatMap(({ id, bound }) =>
    bound.map((key) => [key, (event: KeyboardEvent) => done.push(`${id} ${event.key}`)] as const),
  );
  const handle = createKeybindingsHandler(Object.fromEntries(bindings), { ignore: () => false });
  for (const combination of keys) {
    const [key = "", ...held] = combination.split("+").reverse();
    const event = { key, code: `Key${key}`, getModifierState: (name: string) => held.includes(name) };
    handle(event as unknown as Event);
  }
  return done;
}

test.each([
  [["g", "j"], ["go-to j"]],
  [
    ["g", "j", "k"],
    ["go-to j", "previous-row k"],
  ],
  [
    ["j", "j", "x"],
    ["next-row j", "next-row j", "select-row x"],
  ],
  [["g", "Escape", "j"], ["next-row j"]],
  [["g", "z"], []],
  [["/"], ["find /"]],
  [["Shift+/"], ["find /"]],
  [["Shift+?"], ["help ?"]],
  [["Control+k"], ["find-anywhere k"]],
  [["Meta+k"], ["find-anywhere k"]],
  [["Control+j", "Alt+x", "Meta+g", "j"], ["next-row j"]],
])("the keys %j do %j", (keys, done) => {
  expect(pressed(...keys)).toEqual(done);
});

test("each page has one letter, and each shortcut its keys and words", () => {
  const letters = Object.values(pageLetters);
  expect(new Set(letters).size).toBe(letters.length);
  expect(Object.keys(pageLetters).map((path) => pathOf(pageLetters[path] ?? ""))).toEqual(Object.keys(pageLetters));
  expect(pathOf("z")).toBeUndefined();
  const ids: ShortcutId[] = shortcuts.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(shortcuts.filter(({ shown, does }) => shown.length === 0 || does === "")).toEqual([]);
});

test("a step over rows begins at the first in sight, and stays among those that are drawn", () => {
  const place = { count: 5, first: 2 };
  expect([rowAfter(-1, 1, place), rowAfter(-1, -1, place)]).toEqual([2, 2]);
  expect([rowAfter(2, 1, place), rowAfter(2, -1, place)]).toEqual([3, 1]);
  expect([rowAfter(4, 1, place), rowAfter(0, -1, place)]).toEqual([4, 0]);
});
