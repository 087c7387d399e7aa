/** A place in a JSON value: names of fields and places in lists. */
export type Path = readonly (string | number)[];

/** A path as JSONPath writes it: `$.items[0]["unit price"]`. */
export const pathText = (path: Path): string =>
  `$${path.map((step) => (typeof step === "number" ? `[${step}]` : fieldText(step))).join("")}`;

const fieldText = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);
