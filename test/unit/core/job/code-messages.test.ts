import { keptThrown, longestThrown } from "../../../../lambdas/core/job/code-messages.ts";

test("what is kept of a thrown error has no half characters, at the cut or as it was thrown", () => {
  const cut = `${"a".repeat(longestThrown.message - 1)}😀`;
  const { name, message, stack } = keptThrown({
    name: "Odd\ud83dError",
    message: cut,
    stack: `at x\udc00 ${cut}${cut}${cut}`,
  });
  expect([name, message, stack].every((text) => text?.isWellFormed())).toBe(true);
  expect(message).toHaveLength(longestThrown.message);
  expect(stack).toHaveLength(longestThrown.stack);
  expect(keptThrown({ name: "Error", message: "😀" })).toEqual({ name: "Error", message: "😀" });
});
