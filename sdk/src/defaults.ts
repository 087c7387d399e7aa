import { InvalidRequestError } from "./errors.ts";
import { typeOfNamespace } from "./job-names.ts";

/** The product and the env of calls that name none. */
export interface Defaults {
  product?: string | undefined;
  env?: string | undefined;
}

const refused = (pointer: string, detail: string) =>
  new InvalidRequestError("INVALID_REQUEST", "The call is not valid.", [{ pointer, detail }]);

/**
 * A request for a job with the client's product and env where it names none. Nothing else changes: the API knows Ductape's
 * spellings, and its errors point to the fields as the caller wrote them.
 */
export function withDefaults<Request extends object>(request: Request, { product, env }: Defaults): Request {
  const named = request as { product_tag?: unknown; product?: unknown; env?: unknown };
  return {
    ...request,
    ...(product !== undefined &&
      named.product_tag === undefined &&
      named.product === undefined && { product_tag: product }),
    ...(env !== undefined && named.env === undefined && { env }),
  };
}

interface Query {
  product_tag?: string | undefined;
  product?: string | undefined;
  env?: string | undefined;
  type?: string | string[] | undefined;
  namespace?: string | undefined;
}

/** The query of a list, a bulk change or statistics in the API's words, with the client's defaults. */
export function inOurWords<Q extends Query>(query: Q, defaults: Defaults): Omit<Q, "product" | "namespace"> {
  const { product, namespace, ...rest } = query;
  if (product !== undefined && rest.product_tag !== undefined && product !== rest.product_tag) {
    throw refused("/product", "is another name of product_tag, and the two differ");
  }
  if (namespace !== undefined && rest.type !== undefined)
    throw refused("/namespace", "stands for type: pass one of them");
  const named = product === undefined ? rest : { ...rest, product_tag: product };
  return withDefaults(namespace === undefined ? named : { ...named, type: typeOf(namespace) }, defaults) as never;
}

function typeOf(namespace: string): string {
  if (Object.hasOwn(typeOfNamespace, namespace)) return typeOfNamespace[namespace as keyof typeof typeOfNamespace];
  throw refused("/namespace", `is not one of ${Object.keys(typeOfNamespace).join(", ")}`);
}

const howToName = {
  product_tag: ["product_tag", "product"],
  env: ["env", "env"],
} as const;

/** Refuses a call that names no product or env, in its own words or by the client's defaults. */
export function requireTenant(call: string, tenant: object, fields: readonly (keyof typeof howToName)[]): void {
  const named = tenant as { product_tag?: unknown; product?: unknown; env?: unknown };
  const missing = fields.filter(
    (field) => (field === "env" ? named.env : (named.product_tag ?? named.product)) === undefined,
  );
  if (missing.length === 0) return;
  const faults = missing.map((field) => {
    const [own, option] = howToName[field];
    return {
      pointer: `/${own}`,
      detail: `is missing: pass it, or give the client a default with new Ductape({ ${option} })`,
    };
  });
  throw new InvalidRequestError("INVALID_REQUEST", `${call} does not say where.`, faults);
}
