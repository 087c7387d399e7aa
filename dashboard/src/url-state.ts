/** The fields of a page that are kept in its address. A field at its default is left out. */
export type Fields = Record<string, string>;

/** The fields that a part of the page knows. Other parts may keep fields of their own beside them. */
export function fieldsOf<F extends Fields>(search: string, defaults: F): F {
  const given = new URLSearchParams(search);
  const found = Object.keys(defaults).map((name) => [name, given.get(name) ?? defaults[name]]);
  return Object.fromEntries(found) as F;
}

/** The address of the page after changes to some of its fields: `/jobs?status=failed`. The others stay as they are. */
export function addressOf<F extends Fields>(path: string, search: string, changes: Partial<F>, defaults: F): string {
  const fields = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === defaults[name]) fields.delete(name);
    else fields.set(name, value);
  }
  const text = fields.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A list in one field, separated by commas, in the order in which it was chosen. */
export const listOf = (field: string): string[] => field.split(",").filter((one) => one !== "");

export const toggled = (field: string, value: string): string => {
  const list = listOf(field);
  return (list.includes(value) ? list.filter((one) => one !== value) : [...list, value]).join(",");
};

const tenantFields = ["product", "env"] as const;

/** An address with the product and env of the page that leads to it, for an address without a product of its own. */
export function withTenant(href: string, search: string): string {
  const [path = "/", query = ""] = href.split("?");
  const [fields, here] = [new URLSearchParams(query), new URLSearchParams(search)];
  if (fields.has("product")) return href;
  for (const name of tenantFields) {
    const value = here.get(name);
    if (value && !fields.has(name)) fields.set(name, value);
  }
  const text = fields.toString();
  return text === "" ? path : `${path}?${text}`;
}
