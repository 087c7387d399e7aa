import {
  escapeHtml,
  fillVariables,
  htmlValue,
  localized,
  render,
} from "../../../../../lambdas/consumers/types/notification/template.ts";

describe("a template", () => {
  test.each([
    ["Hello {{name}}, {{ name }}", { name: "Ann" }, "Hello Ann, Ann"],
    ["{{n}} of {{ok}}", { n: 2, ok: false, unused: 1 }, "2 of false"],
    ["{{a}}", { a: "{{b}} $& $1", b: "x" }, "{{b}} $& $1"],
    ["{{ not closed } {x}", {}, "{{ not closed } {x}"],
    ["{{user.name}}, {{items.0.name}}", { user: { name: "Ada" }, items: [{ name: "Tea" }] }, "Ada, Tea"],
    ["{{user.name}}", { user: { name: "nested" }, "user.name": "flat" }, "flat"],
    ["{{a.b.c.0}}", { a: { b: { c: ["😀\uffff"] } }, "a.b": 1 }, "😀\uffff"],
    ["{{a.}} {{.}} {{..}}", { a: { "": 1 }, "": { "": { "": 2 } }, ".": 3 }, "1 3 2"],
    ["{{__proto__.a}} {{constructor}}", JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'), "1 2"],
  ])("is filled in one pass: %s", (template, variables, text) => {
    expect(fillVariables(template, variables, "f")).toBe(text);
  });

  test.each(["name", "toString", "__proto__"])("without the variable %s throws an error that names it", (name) => {
    expect(() => fillVariables(`{{${name}}}`, { other: "secret" }, "email.subject")).toThrow(
      expect.objectContaining({
        code: "VALIDATION_ERROR",
        message: `The template of email.subject needs the variable "${name}".`,
      }),
    );
  });

  test.each<[string, object]>([
    ["user.name", {}],
    ["user.name", { user: {} }],
    ["user.name", { user: { name: null } }],
    ["user.name", { user: { name: "nested" }, "user.name": null }],
    ["user.name", { user: "Ada" }],
    ["user.name", { user: null }],
    ["user.length", { user: "Ada" }],
    ["items.length", { items: [1, 2] }],
    ["items.0", { items: [] }],
    ["items.-1", { items: [1] }],
    ["items.00", { items: [1] }],
    ["items.map.name", { items: [] }],
    ["a.__proto__.constructor.name", { a: {} }],
    ["a.toString", { a: {} }],
    ["name", { name: null }],
  ])("finds nothing for {{%s}} in %j", (name, variables) => {
    expect(() => fillVariables(`{{${name}}}`, { ...variables }, "f")).toThrow(
      `The template of f needs the variable ${JSON.stringify(name)}.`,
    );
  });

  test.each<[string, object]>([
    ["user", { user: { name: "secret" } }],
    ["items", { items: [] }],
    ["a.b", { a: { b: [] }, c: 1 }],
    ["a.b", { a: { b: 1 }, "a.b": {} }],
  ])("cannot write for {{%s}} what is in %j", (name, variables) => {
    expect(() => fillVariables(`{{${name}}}`, { ...variables }, "f")).toThrow(
      expect.objectContaining({
        code: "VALIDATION_ERROR",
        message: `The template of f writes the variable "${name}", which must not be a list or an object.`,
      }),
    );
  });

  test("of HTML escapes the values that it inserts, and nothing else", () => {
    const html = fillVariables("<b>{{x}}</b>", { x: `<script>"'&` }, "f", escapeHtml);
    expect(html).toBe("<b>&lt;script&gt;&quot;&#39;&amp;</b>");
  });
});

describe("a map of locales", () => {
  test.each([
    [{ en: "Hi", de: "Hallo" }, "de", "Hallo"],
    [{ en: "Hi", de: "Hallo" }, "fr", "Hi"],
    [{ en: "Hi", de: "Hallo" }, undefined, "Hi"],
    [{ de: "Hallo" }, "fr", "Hallo"],
    [{ en: 5 }, "toString", "5"],
    [{ de: { nested: "Hallo" }, en: "Hi" }, "de", "Hi"],
  ])("%j for %s gives %s", (texts, locale, text) => {
    expect(localized(texts, locale, "f")).toBe(text);
  });

  test.each([[{ de: "Hallo", it: "Ciao" }], [{}], [{ en: {} }]])("%j without a match names the field", (texts) => {
    expect(() => localized(texts, "fr", "push_notification.title")).toThrow(
      expect.objectContaining({
        code: "VALIDATION_ERROR",
        message: expect.stringMatching(/^push_notification\.title has no text/),
      }),
    );
  });

  test("is used if the catalog has no template", () => {
    const options = { field: "f", locale: undefined };
    expect(render(undefined, { en: "{{x}}" }, options)).toBe("{{x}}");
    expect(render("{{en}}!", { en: "x" }, options)).toBe("x!");
  });

  test("is not needed for a text that is given", () => {
    const options = { field: "sms.body", locale: "de" };
    expect(render("Hi", undefined, options)).toBe("Hi");
    expect(render(undefined, "{{name}} 😀\uffff", options)).toBe("{{name}} 😀\uffff");
    expect(render(undefined, "", options)).toBe("");
  });

  test.each<[string | undefined, string | undefined, string]>([
    [undefined, undefined, "sms.body is required: the message has no template for it."],
    ["Hi {{name}}", "Hi", "sms.body must be an object of variables: the message has a template for it."],
    ["Hi", "Hi", "sms.body must be an object of variables: the message has a template for it."],
    ["Hi {{name}}", undefined, 'The template of sms.body needs the variable "name".'],
  ])("the template %j with %j is an error", (template, texts, message) => {
    const failing = () => render(template, texts, { field: "sms.body", locale: undefined });
    expect(failing).toThrow(expect.objectContaining({ code: "VALIDATION_ERROR", message }));
  });
});

describe("a link of an e-mail", () => {
  const filled = (template: string, link: unknown) => fillVariables(template, { link }, "email.template", htmlValue);

  test.each([
    ['<a href="{{link}}">x</a>', "https://example.com/?a=1&b=2", '<a href="https://example.com/?a=1&amp;b=2">x</a>'],
    ["<a href = '{{ link }}'>x</a>", "mailto:a@b.co", "<a href = 'mailto:a@b.co'>x</a>"],
    ["<img src={{link}}>", "cid:logo", "<img src=cid:logo>"],
    ['<a href="{{link}}">x</a>', "/orders/7:8", '<a href="/orders/7:8">x</a>'],
    [
      '<a href="https://example.com/{{link}}">x</a>',
      "javascript:1",
      '<a href="https://example.com/javascript:1">x</a>',
    ],
    ["<p>{{link}}</p>", "javascript:1", "<p>javascript:1</p>"],
  ])("%s with %j is %s", (template, link, text) => {
    expect(filled(template, link)).toBe(text);
  });

  test.each([
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "\u0001data:text/html,x",
    "vbscript:x",
  ])("must not begin with the scheme of %j", (link) => {
    for (const template of ['<a href="{{link}}">', "<img SRC = '{{link}}'>", "<a href= {{link}}>"]) {
      expect(() => filled(template, link)).toThrow(
        expect.objectContaining({
          code: "VALIDATION_ERROR",
          message:
            'The template of email.template writes the variable "link" as a link, which must begin with https:, http:, mailto:, tel:, sms: or cid:, or have no scheme.',
        }),
      );
    }
  });
});
