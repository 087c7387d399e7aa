/** A value that a URL, a header or a template can hold. */
export type Scalar = string | number | boolean;

/** Query parameters: a list repeats its parameter, null leaves it out, and a record nests its fields: `a[b]=c`. */
export type Query = Record<string, QueryValue>;

export type QueryValue = QueryItem | null;

/** What a list in a query may hold: no null, since leaving out an item would change what the others mean. */
export type QueryItem = Scalar | QueryItem[] | { [name: string]: QueryValue };

/** Request headers: a list repeats its header. */
export type RequestHeaders = Record<string, Scalar | Scalar[]>;
