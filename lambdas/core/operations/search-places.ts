import { may, type Scopes } from "../access/scopes.ts";
import type { Tenant } from "../access/tenants.ts";
import { type Catalog, ownValue } from "../catalog/catalog.ts";
import { type SearchField, searchFieldsOf } from "../expressions/search.ts";
import { traceOf } from "../kernel/errors.ts";
import { RequestError } from "../kernel/request-error.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { didYouMean, jsonPointer } from "../kernel/schema.ts";
import type { Services } from "./services.ts";

type Named = Pick<SearchField, "name" | "sealed" | "isPublic">;

/** A field in a tenant, by which its jobs are found. */
export interface SearchPlace extends Tenant {
  field: string;
  sealed: boolean;
}

/** A place, and the values that a job may have there: of a sealed one a hash under each key. */
export interface Sought extends SearchPlace {
  values: string[];
}

/** Who asks, and how. */
interface Asking {
  scopes: Scopes;
  /** Whether the value stands in a body, and so in no address: only then may it be of a sealed field. */
  inBody: boolean;
  /** Where the request has the field. */
  at: readonly PropertyKey[];
}

/** The fields of a product, each once: a name means the same in all its events. */
function fieldsOf(catalog: Pick<Catalog, "products">, product: string): Named[] {
  const found = catalog.products.find(({ tag }) => tag === product);
  const all = Object.values(found?.jobs ?? {}).flatMap((event) => searchFieldsOf(event));
  return [...new Map(all.map((field) => [field.name, field])).values()];
}

/** Whether a key may search by a field: an answer says of a value whether there is a job with it. */
const sees = (scopes: Scopes, tenant: Tenant, { isPublic }: Named): boolean =>
  isPublic || may(scopes, "jobs:input", tenant);

/** Whether a key is shown by which value of a field others have searched: that of a sealed one is shown to none. */
export const seesValue = (
  catalog: Pick<Catalog, "products">,
  scopes: Scopes,
  tenant: Tenant,
  { name, sealed }: Pick<Named, "name" | "sealed">,
): boolean => {
  const found = fieldsOf(catalog, tenant.product).find((field) => field.name === name);
  return !sealed && !found?.sealed && sees(scopes, tenant, { name, sealed, isPublic: false, ...found });
};

/** The fields of these tenants by which the caller may search. */
export const searchPlaces = (catalog: Catalog, tenants: readonly Tenant[], { scopes, inBody }: Asking): SearchPlace[] =>
  tenants.flatMap((tenant) =>
    fieldsOf(catalog, tenant.product)
      .filter((field) => sees(scopes, tenant, field) && (inBody || !field.sealed))
      .map(({ name, sealed }) => ({ ...tenant, field: name, sealed })),
  );

/** The tenants that have a field. Throws INVALID_REQUEST where none has, or it is sealed and the value in the address, and FORBIDDEN. */
export function namedPlaces(
  catalog: Catalog,
  tenants: readonly Tenant[],
  name: string,
  { scopes, inBody, at }: Asking,
): SearchPlace[] {
  const all = tenants.flatMap((tenant) => fieldsOf(catalog, tenant.product).map((field) => ({ tenant, field })));
  const having = all.filter(({ field }) => field.name === name);
  if (having.length === 0)
    throw searchRefused(
      at,
      `no event is searched by this name.${didYouMean(name, [...new Set(all.map((one) => one.field.name))])}`,
    );
  const seen = having.filter(({ tenant, field }) => sees(scopes, tenant, field));
  if (seen.length === 0)
    throw new RequestError("FORBIDDEN", "This API key does not allow jobs:input, which a search by this field needs.");
  const open = seen.filter(({ field }) => inBody || !field.sealed);
  if (open.length === 0)
    throw searchRefused(at, "is sealed: send the search as POST /v1/find, so that its value stands in no address");
  return open.map(({ tenant, field }) => ({ ...tenant, field: field.name, sealed: field.sealed }));
}

/** Throws INVALID_REQUEST where one search would have to look in too many places. */
export function limitPlaces(places: number, at: readonly PropertyKey[]): void {
  if (places <= requestLimits.searchPlaces) return;
  throw searchRefused(
    at,
    `is needed: the search would look in ${places} places (fields and keys of products and envs), and looks in at most ${requestLimits.searchPlaces}. Name the product, the env or the field.`,
  );
}

/** What a text is looked for as in a place. Throws UNAVAILABLE where the key of sealed values cannot be read. */
export async function seekIn(
  { seals, log }: Pick<Services, "seals" | "log">,
  place: SearchPlace,
  text: string,
): Promise<Sought> {
  if (!place.sealed) return { ...place, values: [text] };
  const { product, env, field } = place;
  try {
    return { ...place, values: (await seals?.of({ product, env, field, text })) ?? [] };
  } catch (cause) {
    log.warn("the key of sealed values could not be read", traceOf(cause));
    throw new RequestError("UNAVAILABLE", "The key of sealed values cannot be read for now. Try again.", {
      cause,
      retryAfterSeconds: 5,
    });
  }
}

const searchRefused = (at: readonly PropertyKey[], detail: string) =>
  new RequestError("INVALID_REQUEST", "The search is not valid.", { faults: [{ pointer: jsonPointer(at), detail }] });

/** Whether the event of a job is searched by a name at present: a catalog may have dropped it. */
export const isSearchedBy = (
  catalog: Pick<Catalog, "products">,
  { product, event }: { product: string; event: string },
  name: string,
) => {
  const of = catalog.products.find(({ tag }) => tag === product);
  const found = of && ownValue(of.jobs, event);
  return found !== undefined && searchFieldsOf(found).some((field) => field.name === name);
};
