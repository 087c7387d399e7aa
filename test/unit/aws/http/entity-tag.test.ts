import { withTag } from "../../../../lambdas/aws/http/entity-tag.ts";

const headers = { "content-type": "application/json", "cache-control": "no-store" };
const answer = { statusCode: 200, headers, body: '{"a":1}' };
const etagOf = (body: string) => String(withTag({ ...answer, body }).headers?.etag);
const etag = etagOf(answer.body);

it("the tag of an answer is weak and changes with its body only", () => {
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
  expect(etagOf(answer.body)).toBe(etag);
  expect(etagOf('{"a":2}')).not.toBe(etag);
  expect(withTag(answer)).toEqual({ ...answer, headers: { ...headers, etag } });
});

it.each([
  ["the tag", etag],
  ["the tag, as if it were strong", etag.slice(2)],
  ["the tag among others", `"x", W/"with, comma",${etag} , "y"`],
  ["anything", "*"],
  ["anything, with spaces", " * "],
])("the answer is 304 without a body to %s", (_what, ifNoneMatch) => {
  expect(withTag(answer, ifNoneMatch)).toEqual({ statusCode: 304, headers: { "cache-control": "no-store", etag } });
});

it.each([
  ["nothing", undefined],
  ["an empty header", ""],
  ["another tag", 'W/"another"'],
  ["the tag without its quotes", etag.slice(3, -1)],
  ["an asterisk among tags", '"x", *'],
  ["a part of the tag", `${etag.slice(0, 10)}"`],
])("the answer is whole to %s", (_what, ifNoneMatch) => {
  expect(withTag(answer, ifNoneMatch)).toMatchObject({ statusCode: 200, body: answer.body });
});

it("refusals and answers without a body get no tag", () => {
  const refusal = { statusCode: 404, headers, body: "{}" };
  expect(withTag(refusal, "*")).toBe(refusal);
  const nothing = { statusCode: 204, headers };
  expect(withTag(nothing, "*")).toBe(nothing);
});
