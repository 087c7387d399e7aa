import * as z from "zod";
import { must } from "../kernel/plain-faults.ts";
import { httpUrl, urlFault } from "../kernel/url.ts";
import type { Reference as ReferenceType, TextOrReference as TextOrReferenceType } from "./references.ts";

const secretName = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const parameterName = /^\/[A-Za-z0-9/_.-]{1,1010}$/;

export const SecretReference = z.strictObject({
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
  must('must be a string, or a reference to one: parameter("/path") or secret("name#key")'),
);

/** A URL that nothing secret is sent to. */
export const HttpUrl = TextOrReference.refine(
  (url) => typeof url !== "string" || httpUrl(url) !== undefined,
  "an http(s) URL without credentials, or a reference to one",
);

/**
 * A URL that credentials are sent to: it must be https. A URL behind a reference is checked once it is known, and may be plain
 * HTTP to this machine; one that is written out in the catalog may not.
 */
const isSecure = (url: TextOrReferenceType): boolean => typeof url !== "string" || urlFault(url) === undefined;
const notSecure = "an https URL without credentials, or a reference to one: credentials are sent there";

export const SecureUrl = TextOrReference.refine(isSecure, { error: notSecure });

/** The same for a URL that credentials are sent to only if `carries` holds for the object that contains it. */
export const secureWhere = <Field extends string, Target extends z.ZodType<{ [F in Field]?: TextOrReferenceType }>>(
  field: Field,
  carries: (target: z.output<Target>) => boolean,
  target: Target,
): Target =>
  target.superRefine((value, context) => {
    const url = value[field];
    if (url === undefined || isSecure(url) || !carries(value)) return;
    context.addIssue({ code: "custom", path: [field], message: notSecure });
  });
