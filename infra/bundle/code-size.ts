/** What a function may have, unpacked. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = 250 * 1024 ** 2;

/** Why Lambda would refuse the code of a product, at the end of a deployment. */
export const sizeFault = (product: string, bytes: number): string | undefined =>
  bytes <= mostBytes
    ? undefined
    : `The code of ${product} has ${Math.ceil(bytes / 1024 ** 2)} MB, and Lambda takes 250. Each feature has what it imports in a file of its own: import less in them ` +
      '(`import * as z from "zod"`, and not `{ z }`), or divide the product (docs/catalog/features-as-code.md#in-the-catalog-and-in-aws).';
