/** A question to the API: the key of its answer, and how it is asked. */
export interface Query<T> {
  queryKey: readonly unknown[];
  queryFn: () => Promise<T>;
}

const names = new Set<string>();

/**
 * Defines a query. Its key is its name with all that it is asked by, and its name is its own: so no two queries share an answer,
 * which one of them could not read. Throws for a name that is taken.
 */
export function defineQuery<Asked extends unknown[], T>(
  name: string,
  ask: (...asked: Asked) => Promise<T>,
): (...asked: Asked) => Query<T> {
  if (names.has(name)) throw new Error(`Two queries are named ${JSON.stringify(name)}: give one of them another name.`);
  names.add(name);
  return (...asked) => ({ queryKey: [name, ...asked], queryFn: () => ask(...asked) });
}
