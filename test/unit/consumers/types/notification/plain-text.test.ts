import { plainText } from "../../../../../lambdas/consumers/types/notification/plain-text.ts";

test.each([
  ["<p>Hello <b>Ann</b>,</p>\n<p>your   order</p>", "Hello Ann,\n\nyour order"],
  ["one<br/>two<br>three", "one\ntwo\nthree"],
  ["<ul><li>a</li><li>b</li></ul>", "- a\n- b"],
  ['<a class="x" href="https://x.example/?a=1">here</a>!', "here (https://x.example/?a=1)!"],
  ['<a href="https://x.example">https://x.example</a>', "https://x.example"],
  ['<a href="mailto:a@b">write</a>', "write"],
  ["<head><title>t</title></head><style>p > a {}</style><script>if (a<b) x()</script>body", "body"],
  ["a<!--[if mso]><p>hidden</p><![endif]-->b<!DOCTYPE html>", "ab"],
  ["1 &lt; 2 &amp;&amp; &#233; &#xe9; &unknown;", "1 < 2 && é é &unknown;"],
  ["1 < 2 and 3 > 2", "1 < 2 and 3 > 2"],
  ["&lt;b&gt;kept&lt;/b&gt;", "<b>kept</b>"],
  ["", ""],
])("the HTML %j becomes the text %j", (html, text) => {
  expect(plainText(html)).toBe(text);
});

test.each(["<style", "<a href=", "<", "<!--", " \n", "&", "<b> "])(
  "a text with many %j is made in linear time",
  (piece) => {
    const start = performance.now();
    plainText(piece.repeat(200_000));
    expect(performance.now() - start).toBeLessThan(2000);
  },
);
