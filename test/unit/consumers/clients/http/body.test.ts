import type { BodyType } from "../../../../../lambdas/consumers/clients/http/auth-schema.ts";
import { type Body, encodeBody, mergedBody } from "../../../../../lambdas/consumers/clients/http/body.ts";
import { decodeBody } from "../../../../../lambdas/consumers/clients/http/read-body.ts";

describe("a request's body", () => {
  test("is JSON, form fields or text", () => {
    expect(encodeBody({ a: [1] }, "json")).toEqual({ text: '{"a":[1]}', contentType: "application/json" });
    expect(encodeBody([1, { a: "\uffff😀" }, []], "json").text).toBe('[1,{"a":"\uffff😀"},[]]');
    expect(encodeBody([], "json")).toEqual({ text: "[]", contentType: "application/json" });
    expect(encodeBody({ a: ["x y", 2], b: null, c: true }, "form").text).toBe("a=x+y&a=2&c=true");
    expect(encodeBody({ text: "hé" }, "text")).toEqual({ text: "hé", contentType: "text/plain; charset=utf-8" });
  });

  test.each<[Body, BodyType, string]>([
    [{ a: { b: 1 } }, "form", 'The body field "a" does not fit into a form.'],
    [{ text: "x", other: 1 }, "text", 'it has no field "other"'],
    [{}, "text", 'it needs the field "text"'],
    [{ text: 1 }, "text", 'it needs the field "text"'],
    [[], "form", "The body is a list, which is sent as JSON only."],
    [["text"], "text", "The body is a list, which is sent as JSON only."],
  ])("%j is no %s", (body, type, message) => {
    expect(() => encodeBody(body, type)).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR" }));
    expect(() => encodeBody(body, type)).toThrow(message);
  });
});

test.each([
  [undefined, undefined, undefined],
  [{ a: 1 }, undefined, { a: 1 }],
  [[1], undefined, [1]],
  [undefined, [], []],
  [{ a: 1, b: 1 }, { b: { c: 2 } }, { a: 1, b: { c: 2 } }],
  [{ a: 1 }, [2], [2]],
  [{ a: 1 }, [], []],
  [[1, 2], [3], [3]],
  [[1], { a: 1 }, { a: 1 }],
])("the default body %j with the input's %j is %j", (defaults, input, body) => {
  expect(mergedBody(defaults, input)).toEqual(body);
});

test.each([
  ["application/json", '{"a":1}', { body: { a: 1 } }],
  ["application/problem+json; charset=utf-8", "[]", { body: [] }],
  ["application/json", "<html>", { body: "<html>", parse_error: true }],
  ["application/json", '{"id":9007199254740993}', { body: { id: "9007199254740993" } }],
  ["text/plain", '{"a":1}', { body: '{"a":1}' }],
  [null, "x", { body: "x" }],
  ["application/json", "", { body: null }],
  ["text/plain; charset=iso-8859-1", Buffer.from([0xe9]), { body: "é" }],
  ["image/png", Buffer.from([0x89, 0xff]), { body: "if8=", body_encoding: "base64" }],
  ["text/plain; charset=nonsense", "x", { body: "eA==", body_encoding: "base64" }],
])("a response of type %s with the body %j is read", (type, bytes, decoded) => {
  expect(decodeBody(Buffer.from(bytes), type)).toEqual(decoded);
});
