import { sizeFault } from "../../../infra/bundle/code-size.ts";

describe("the code of a product", () => {
  it("has as much as Lambda takes", () => {
    expect(sizeFault("shop", 250 * 1024 ** 2)).toBeUndefined();
  });

  it("with more is refused before it is deployed, with what to do", () => {
    expect(sizeFault("shop", 312.4 * 1024 ** 2)).toMatch(
      /^The code of shop has 313 MB, and Lambda takes 250\. .*divide the product/,
    );
  });
});
