import * as z from "zod";
import { must } from "./plain-faults.ts";
import type { Reference as ReferenceType } from "./references.ts";
import { httpUrl } from "./url.ts";

const secretName = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const parameterName = /^\/[A-Za-z0-9/_.-]{1,1010}$/;

const SecretReference = z.strictObject({
  $secret: z.string().regex(secretName, "a Secrets Manager name: letters, digits and /_+=.@-"),
  key: z.string().min(1).optional(),
});
const ParameterReference = z.strictObject({
  $parameter: z.string().regex(parameterName, "an SSM parameter path that starts with /"),
});
export const Reference: z.ZodType<ReferenceType, ReferenceType> = z.union(
  [SecretReference, ParameterReference],
  must('must be secret("name#key") or parameter("/path"): a credential is not written out'),
);

/** A value that may be written out in the catalog or kept in AWS: for URLs and names, which are not secret. */
export const TextOrReference = z.union(
  [z.string().min(1), SecretReference, ParameterReference],
  must('must be a text, or a reference to one: parameter("/path") or secret("name#key")'),
);

export const HttpUrl = TextOrReference.refine(
  (url) => typeof url !== "string" || httpUrl(url) !== undefined,
  "an http(s) URL without credentials, or a reference to one",
);
