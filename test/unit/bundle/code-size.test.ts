import { randomBytes } from "node:crypto";
import { featureSizeFault, sizeFault } from "../../../infra/bundle/code-size.ts";

describe("the code of a product", () => {
  it("has as much as Lambda takes", () => {
    expect(sizeFault("shop", 250 * 1024 ** 2)).toBeUndefined();
  });

  it("with more is refused before it is deployed, with what to do", () => {
    expect(sizeFault("shop", 312.4 * 1024 ** 2)).toMatch(
      /^The code of shop has 313 MB, and Lambda takes 250\. .*divide the product/,
    );
  });

  it("of one feature is a file that its function can give to the first run which begins by it", () => {
    expect(featureSizeFault("shop", "refund", Buffer.alloc(40_000_000, "const a = 1;\n"))).toBeUndefined();
    expect(featureSizeFault("shop", "refund", Buffer.from(randomBytes(3_000_000).toString("base64")))).toBeUndefined();
    expect(featureSizeFault("shop", "refund", Buffer.from(randomBytes(5_000_000).toString("base64")))).toMatch(
      /^The code of the feature refund of shop has 7 MB, .* put what needs a large package into a function/,
    );
  });
});
