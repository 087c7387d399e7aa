/** A value that a URL, a header or a template can hold. */
export type Scalar = string | number | boolean;

/** Query parameters: a list repeats its parameter, null leaves it out, and a record nests its fields: `a[b]=c`. */
export type Query = Record<string, QueryValue>;

export type QueryValue = QueryItem | null;

/** What a list in a query may hold: no null, since leaving out an item would change what the others mean. */
export type QueryItem = Scalar | QueryItem[] | { [name: string]: QueryValue };

/** Request headers: a list repeats its header. */
export type RequestHeaders = Record<string, Scalar | Scalar[]>;

/**
 * The variables of the message's template for this field. If the catalog has no template for it, the text itself, or the text by
 * locale.
 * @example `{ name: "Ada" }`, or `"Order shipped"`, or `{ en: "Order shipped", fr: "Commande expédiée" }`
 */
export type TemplateInput = Record<string, unknown> | string;

/** The bytes of a file: a Node Buffer is a Uint8Array and sent as base64; or base64 text, or the JSON of a Buffer. */
export type FileContent = Uint8Array | string | { type: "Buffer"; data: number[] };
