import { detectMimeType } from "../../../../../lambdas/consumers/types/storage/mime-type.ts";

const text = (content: string) => Buffer.from(content);
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "base64");

describe("the type of a file whose request has none", () => {
  it.each([
    ["by its content", png, "a", "image/png"],
    ["by its content rather than its name", png, "a.txt", "image/png"],
    ["PDF", text("%PDF-1.7\n"), "a", "application/pdf"],
    ["a name that says which text it is", text("a,b\n1,2"), "a.csv", "text/csv"],
    ["a name in capitals", text("{}"), "A.JSON", "application/json"],
    ["SVG, which is XML by content", text('<?xml version="1.0"?><svg/>'), "a.svg", "image/svg+xml"],
    ["XML without a telling name", text('<?xml version="1.0"?><a/>'), "a", "application/xml"],
    ["an empty file", text(""), "a.txt", "text/plain"],
    ["bytes that only call themselves text", Buffer.from([1, 0, 2]), "a.txt", "application/octet-stream"],
    ["an unknown name", text("hello"), "a.xyz", "application/octet-stream"],
    ["no name to go by", text("hello"), "a/constructor", "application/octet-stream"],
    ["a name that is a property of every object", text("hello"), "a.constructor", "application/octet-stream"],
  ])("%s", async (_what, head, name, type) => {
    expect(await detectMimeType(head, name)).toBe(type);
  });
});
