import { visible } from "../../../dashboard/src/ui/visible.ts";

test.each([
  ["a control of the direction", "photo\u202Egpj.exe", "photo\\u202egpj.exe"],
  ["an isolate that is not ended", "\u2067x", "\\u2067x"],
  ["what has no width", "a\u200Bb\u00ADc\uFEFF", "a\\u200bb\\u00adc\\ufeff"],
  ["a control character of C1", "a\u0085b", "a\\u0085b"],
])("the page makes %s visible", (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each(["עברית", "👩‍🔧", "می‌خواهم", "a\nb"])("the page leaves %p unchanged", (text) => {
  expect(visible(text)).toBe(text);
});
