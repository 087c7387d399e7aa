/** A reference to a credential or setting, which the catalog contains instead of the value. */
export type Reference = { $secret: string; key?: string | undefined } | { $parameter: string };

export type TextOrReference = string | Reference;

/**
 * A value in AWS Secrets Manager: `secret("shop/smtp")` is the whole secret string, `secret("shop/smtp#password")` one
 * key of a secret that holds a JSON object.
 */
export function secret(reference: string): Reference {
  const hash = reference.indexOf("#");
  return hash < 0 ? { $secret: reference } : { $secret: reference.slice(0, hash), key: reference.slice(hash + 1) };
}

/** A value in the SSM Parameter Store, plain or SecureString: `parameter("/shop/base-url")`. */
export const parameter = (path: string): Reference => ({ $parameter: path });

export const isReference = (value: unknown): value is Reference =>
  typeof value === "object" && value !== null && ("$secret" in value || "$parameter" in value);

/** A reference as messages and docs show it: its name, which is not secret. */
export const referenceName = (reference: Reference): string =>
  "$parameter" in reference
    ? `parameter("${reference.$parameter}")`
    : `secret("${reference.$secret}${reference.key === undefined ? "" : `#${reference.key}`}")`;

/** Every reference inside a catalog value, for IAM grants. */
export function referencesIn(value: unknown): Reference[] {
  if (isReference(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(referencesIn);
}
