import { gzipSync } from "node:zlib";
import { largestAnswer } from "../../lambdas/core/kernel/sizes.ts";

/** What a function may have, unpacked. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = 250 * 1024 ** 2;

/** Why Lambda would refuse the code of a product, at the end of a deployment. */
export const sizeFault = (product: string, bytes: number): string | undefined =>
  bytes <= mostBytes
    ? undefined
    : `The code of ${product} has ${Math.ceil(bytes / 1024 ** 2)} MB, and Lambda takes 250. Each feature has what it imports in a file of its own: import less in them ` +
      '(`import * as z from "zod"`, and not `{ z }`), or divide the product (docs/catalog/features-as-code.md#in-the-catalog-and-in-aws).';

/** No text is larger as base64 of its compressed form than so many times itself. */
const leastCompressed = 0.7;

/**
 * Why no run could keep the code of a feature: its function answers with the file, compressed, when the first run begins by it. Only a large
 * file is compressed to find out.
 */
export function featureSizeFault(product: string, feature: string, text: Buffer): string | undefined {
  if (text.byteLength <= leastCompressed * largestAnswer) return undefined;
  const bytes = gzipSync(text).toString("base64").length;
  if (bytes <= largestAnswer) return undefined;
  const mb = (many: number) => Math.ceil(many / 1024 ** 2);
  return (
    `The code of the feature ${feature} of ${product} has ${mb(text.byteLength)} MB, of which runs keep a compressed copy: that has ${mb(bytes)} MB, and Lambda answers with 6. ` +
    "Import less in it, or put what needs a large package into a function, and run that by `ctx.run` (docs/catalog/code.md)."
  );
}
