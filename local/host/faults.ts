import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";

/** Describes a fault with its file and path: `products/shop.ts: jobs.send.notification: notifications has no such entry.` */
export function describeFault({ pointer, detail }: Fault, root: string, index = "products/index.ts"): string {
  const [tag = "", ...path] = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const file = join(dirname(index), `${tag}.ts`);
  const known = existsSync(join(root, file));
  // A product without a readable tag is named by its position in the list.
  const where = known ? [file, path.join(".")] : [index, [tag, ...path].join(".")];
  return [...where.filter(Boolean), detail].join(": ");
}
