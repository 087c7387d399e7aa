import { escapeHtml, fill, localized, render } from "../../../../../lambdas/consumers/types/notification/template.ts";

describe("a template", () => {
  test.each([
    ["Hello {{name}}, {{ name }}", { name: "Ann" }, "Hello Ann, Ann"],
    ["{{n}} of {{ok}}", { n: 2, ok: false, unused: 1 }, "2 of false"],
    ["{{a}}", { a: "{{b}} $& $1", b: "x" }, "{{b}} $& $1"],
    ["{{ not closed } {x}", {}, "{{ not closed } {x}"],
  ])("%s is filled in one pass", (template, variables, text) => {
    expect(fill(template, variables, "f")).toBe(text);
  });

  test.each(["name", "toString", "__proto__"])("without the variable %s is an error that names it", (name) => {
    expect(() => fill(`{{${name}}}`, { other: "secret" }, "email.subject")).toThrow(
      expect.objectContaining({
        code: "VALIDATION_ERROR",
        message: `The template of email.subject needs the variable "${name}".`,
      }),
    );
  });

  test("of HTML escapes the values that it inserts, and nothing else", () => {
    const html = fill("<b>{{x}}</b>", { x: `<script>"'&` }, "f", escapeHtml);
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
  ])("%j for %s gives %s", (texts, locale, text) => {
    expect(localized(texts, locale, "f")).toBe(text);
  });

  test.each([[{ de: "Hallo", it: "Ciao" }], [{}]])("%j without a match names the field", (texts) => {
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
});
