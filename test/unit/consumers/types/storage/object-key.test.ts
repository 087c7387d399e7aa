import { isKeyTooLong, objectKey, urlPath } from "../../../../../lambdas/consumers/types/storage/object-key.ts";
import { fileName, keyPrefix } from "../../../../../lambdas/core/kernel/file-name.ts";
import { anyCharacter } from "../../../../support/any-character.ts";
import { fc } from "../../../../support/properties.ts";

/** Names that try: made of the characters that matter, mixed with any others. */
const tricky = fc.oneof(
  fc.string({
    unit: fc.constantFrom("/", ".", "..", "\\", "%2e", "%2F", "a", " ", "\0", "\n", "é", "e\u0301"),
    maxLength: 12,
  }),
  fc.string({ unit: anyCharacter, maxLength: 40 }),
);
const ok = (name: string) => fileName.safeParse(name).success;

describe("the name of a file", () => {
  it.each(["a", "a.txt", "a/b/c.txt", "...", ".htaccess", "a..b", "ключ/é.png", "a b+c%20d", "👩‍👩‍👧.png", "~"])(
    "may be %j",
    (name) => {
      expect(ok(name)).toBe(true);
    },
  );

  it.each([
    "",
    "/a",
    "..",
    ".",
    "../a",
    "a/..",
    "a/../b",
    "a/./b",
    "a//b",
    "a/",
    "a\\b",
    "..\\a",
    "C:\\a",
    "a\0",
    "a\nb",
    "\x7f",
    "%2e%2e/a",
    ".%2E/a",
    "a/%2e",
    "gpj.\u202Etxt",
    "\ud800",
    "x".repeat(513),
  ])("may not be %j", (name) => {
    expect(ok(name)).toBe(false);
  });

  it("never leads out of the prefix, however the key is interpreted", () => {
    fc.assert(
      fc.property(tricky, (name) => {
        fc.pre(ok(name));
        const key = objectKey("in/box", name);
        expect(key.startsWith("in/box/")).toBe(true);
        expect(key.split("/")).not.toContain("..");
        // As a URL, which resolves dots, also after one decoding too many.
        const { pathname } = new URL(`https://files.example/${urlPath(key)}`);
        expect(decodeURIComponent(pathname)).toBe(`/${key}`);
        expect(new URL(`https://files.example${pathname.replaceAll("%25", "%")}`).pathname.startsWith("/in/box/")).toBe(
          true,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("has one key, however its accents are encoded", () => {
    fc.assert(
      fc.property(tricky, (name) => {
        fc.pre(ok(name));
        expect(objectKey("p", name.normalize("NFD"))).toBe(objectKey("p", name.normalize("NFC")));
      }),
    );
  });

  it("has a limited length in bytes, with the prefix", () => {
    expect(isKeyTooLong(objectKey("p".repeat(511), "x".repeat(512)))).toBe(false);
    expect(isKeyTooLong(objectKey("p".repeat(512), "x".repeat(512)))).toBe(true);
    expect(isKeyTooLong(objectKey(undefined, "é".repeat(513)))).toBe(true);
  });
});

describe("a prefix", () => {
  it.each([
    ["in", "in/a"],
    ["in/", "in/a"],
    ["in/box/", "in/box/a"],
  ])("%s makes %s", (prefix, key) => {
    expect(objectKey(keyPrefix.parse(prefix), "a")).toBe(key);
    expect(objectKey(prefix, "a")).toBe(key);
  });

  it.each(["", "/", "/in", "..", "in/../x", "in//"])("may not be %j", (prefix) => {
    expect(keyPrefix.safeParse(prefix).success).toBe(false);
  });
});
