import { mergeHeaders, shownHeaders } from "../../../../../lambdas/consumers/clients/http/headers.ts";

test("later headers win over earlier ones whatever their case", () => {
  const headers = mergeHeaders(
    { "X-Source": "default", Accept: "*/*" },
    { "x-source": "input", "x-count": 2 },
    undefined,
  );
  expect(Object.fromEntries(headers)).toEqual({ accept: "*/*", "x-source": "input", "x-count": "2" });
});

test.each(["a\r\nx: y", "a\nb", "a\0", "ключ"])("the header value %j is refused, and not shown", (value) => {
  expect(() => mergeHeaders({ "x-note": value })).toThrow(
    expect.objectContaining({
      code: "VALIDATION_ERROR",
      message: 'The header "x-note" has characters that no header can carry.',
    }),
  );
});

test.each(["x\r\ny", "", "a b", "a:b", ":path"])("the header name %j is refused", (name) => {
  expect(() => mergeHeaders({ [name]: "v" })).toThrow("a name that no header can have");
});

test.each(["Host", "Content-Length", "Connection", "transfer-encoding", "TE", "Upgrade", "Expect"])(
  "a request cannot set the header %s",
  (name) => {
    expect(() => mergeHeaders({ [name]: "v" })).toThrow(`The header "${name}" cannot be set.`);
  },
);

test.each([
  [{ accept: ["text/html", "application/json;q=0.5"] }, { accept: "text/html, application/json;q=0.5" }],
  [{ "x-count": [1, true, "a"] }, { "x-count": "1, true, a" }],
  [{ "x-source": ["one"] }, { "x-source": "one" }],
  [{ "X-Source": [] }, {}],
])("a list is several values of one header: %j", (input, sent) => {
  const headers = Object.fromEntries(mergeHeaders({ "x-source": ["default"] }, input));
  const kept = "x-source" in sent || "X-Source" in input ? {} : { "x-source": "default" };
  expect(headers).toEqual({ ...kept, ...sent });
});

test.each([
  [{ "x-note": ["a", "b\r\nx: y"] }, 'The header "x-note" has characters that no header can carry.'],
  [{ "x-note": ["😀"] }, 'The header "x-note" has characters that no header can carry.'],
  [{ host: [] }, 'The header "host" cannot be set.'],
  [{ "x y": [] }, 'The header "x y" has a name that no header can have.'],
])("the header %j is refused in a list of values too", (headers, message) => {
  expect(() => mergeHeaders(headers)).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR", message }));
});

test("a header called __proto__ pollutes nothing", () => {
  expect(Object.fromEntries(mergeHeaders(JSON.parse('{"__proto__": "x"}')))).toEqual(JSON.parse('{"__proto__": "x"}'));
  expect({}).not.toHaveProperty("polluted");
});

test("results show no cookies and credentials", () => {
  const hidden = [
    "set-cookie",
    "www-authenticate",
    "x-auth-token",
    "x-amz-security-token",
    "x-api-key",
    "authorization",
  ];
  const headers = new Headers([...hidden, "etag", "x-author", "content-type"].map((name) => [name, "v"]));
  expect(Object.keys(shownHeaders(headers))).toEqual(["content-type", "etag", "x-author"]);
});
