import { fileNameOf } from "../../../infra/bundle/bundle-code.ts";

it("a feature has a file by itself on a disk that knows no capitals", () => {
  const tags = ["order", "Order", "ORDER", "oRder", "place-order", "placeOrder", "a.b_c-1"];
  const files = tags.map((tag) => fileNameOf(tag));
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(tags.length);
  for (const file of files)
    expect(decodeURIComponent(new URL(`file:///code/feature-${file}.mjs`).pathname)).toBe(`/code/feature-${file}.mjs`);
});
