export type Scalar = string | number | boolean;

/** A value of a query. null leaves its parameter out. */
export type QueryValue = QueryItem | null;

/** What a list may hold. It holds no null, because leaving out an item would change what the others mean. */
type QueryItem = Scalar | QueryItem[] | { [name: string]: QueryValue };

export type Query = Record<string, QueryValue>;

type Parameter = [name: string, value: string];

/**
 * The parameters of a call: those of the catalog's URLs (`own`), of the catalog's defaults, and of the input. A field of the input
 * replaces a default of its name, and a field of either replaces a parameter of its name, each with its forms in brackets.
 */
export function mergeParameters(own: Iterable<Parameter>, defaults: Query, input: Query): Parameter[] {
  // Spreading defines fields and never runs a setter, so a field called `__proto__` stays a field.
  const merged = { ...defaults, ...input };
  return [
    ...[...own].filter(([name]) => !isReplaced(name, merged)),
    ...Object.entries(merged).flatMap(([field, value]) => {
      const parameters = parametersIn(field, value);
      return Object.hasOwn(input, field) ? parameters : parameters.filter(([name]) => !isReplaced(name, input));
    }),
  ];
}

/** A list of scalars repeats its name. Records, and lists of anything else, go in brackets: `a[b]=c`, `a[0][b]=c`. */
function parametersIn(name: string, value: QueryValue): Parameter[] {
  if (value === null) return [];
  if (typeof value !== "object") return [[name, String(value)]];
  if (isScalars(value)) return value.map((one) => [name, String(one)]);
  return Object.entries(value).flatMap(([key, inner]) => parametersIn(`${name}[${key}]`, inner));
}

const isScalars = (value: object): value is Scalar[] =>
  Array.isArray(value) && value.every((one) => typeof one !== "object");

/** Whether a query has a field of a parameter's name, or of what precedes one of its brackets. */
const isReplaced = (name: string, query: Query): boolean =>
  Object.hasOwn(query, name) ||
  Array.from(name.matchAll(/\[/g)).some(({ index }) => Object.hasOwn(query, name.slice(0, index)));
