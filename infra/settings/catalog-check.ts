import type { Product, Registry } from "../../lambdas/core/catalog/job-type.ts";
import { checkCatalog } from "../../lambdas/core/check/check-catalog.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import { SetupError } from "./setup-error.ts";

/** The products, once they are known to be valid. Throws a SetupError with every fault, as `file: dotted.path: detail`. */
export function checkedCatalog(products: readonly unknown[], registry: Registry): readonly Product[] {
  const faults = checkCatalog(products, registry);
  if (faults.length > 0) {
    const lines = faults.map((fault) => describe(fault, products));
    throw new SetupError("The catalog is not valid:", lines);
  }
  return products as readonly Product[];
}

function describe({ pointer, detail }: Fault, products: readonly unknown[]): string {
  const [first = "", ...path] = pointer.slice(1).split("/").map(unescaped);
  const tagged = products.some((product) => (product as Product | undefined)?.tag === first);
  // A product without a usable tag is named by its position in the list.
  const [file, steps] = tagged ? [`${first}.ts`, path] : ["index.ts", [`[${first}]`, ...path]];
  return [`products/${file}`, steps.join("."), detail].filter((part) => part !== "").join(": ");
}

const unescaped = (step: string) => step.replaceAll("~1", "/").replaceAll("~0", "~");
