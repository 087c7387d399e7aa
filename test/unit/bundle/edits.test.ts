import { belowModules, edited, edits } from "../../../infra/bundle/edits.ts";
import { unreached } from "../../../infra/bundle/sdk.ts";
import { withoutFormats } from "../../../infra/bundle/zod.ts";

const edit = { file: "some/package/index.js", text: "cache: new Cache(),", by: "" };

test("an edit replaces its text", () => {
  expect(edited("({ cache: new Cache(), size: 1 })", edit)).toBe("({  size: 1 })");
});

test.each([
  ["is gone", "({ cache: makeCache() })"],
  ["stands twice", "({ cache: new Cache(), }); ({ cache: new Cache(), })"],
])("no bundle is made where the text of an edit %s", (_, source) => {
  expect(() => edited(source, edit)).toThrow("some/package/index.js, where this does not stand once: cache");
});

test("no bundle is made where the file of an edit is gone", () => {
  expect(() => edits([edit])).toThrow("some/package/index.js: there is none");
  expect(() => edits(unreached)).not.toThrow();
});

test("a file is known wherever a link to node_modules leads", () => {
  expect(belowModules("/elsewhere/node_modules/some/package/index.js")).toBe(edit.file);
});

const zod = `import { util } from "../core/index.js";
export const ZodString = /*@__PURE__*/ core.$constructor("ZodString", (inst, def) => {
    _ZodString.init(inst, def);
}, {
    email(params) {
        return this.check(core._email(ZodEmail, params));
    },
    url(params) {
        return this.check(core._url(ZodURL, params));
    },
});
const caught = core.util.constantCatch(value);
`;

test("of zod's string formats those stay that our code calls", () => {
  const source = withoutFormats(zod, new Set(["url"]));
  expect(source).not.toContain("email(params)");
  expect(source).toContain("url(params)");
});

test("no bundle is made where zod's string formats have moved", () => {
  expect(() =>
    withoutFormats(zod.replace("core._email", "formats.email").replace("core._url", "f"), new Set()),
  ).toThrow("does not find zod's string formats");
});
