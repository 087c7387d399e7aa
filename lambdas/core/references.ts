import * as z from "zod";

/** A credential or setting by reference: what the catalog holds instead of the value. */
export type Reference = { $secret: string; key?: string } | { $parameter: string };

const secretName = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const parameterName = /^\/[A-Za-z0-9/_.-]{1,1010}$/;

const SecretReference = z.strictObject({
  $secret: z.string().regex(secretName, "a Secrets Manager name: letters, digits and /_+=.@-"),
  key: z.string().min(1).optional(),
});
const ParameterReference = z.strictObject({
  $parameter: z.string().regex(parameterName, "an SSM parameter path that starts with /"),
});
export const Reference: z.ZodType<Reference, Reference> = z.union([SecretReference, ParameterReference]);

/** A value that may be written out in the catalog or kept in AWS: for URLs and names, which are not secret. */
export const TextOrReference = z.union([z.string().min(1), SecretReference, ParameterReference]);
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

/** How a reference is written in messages and docs: its name, which is not secret. */
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
