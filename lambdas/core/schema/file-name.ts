import * as z from "zod";
import { lazy } from "./lazy.ts";

/** Characters that end lines, hide or turn round what a person reads: control characters and bidirectional overrides. */
const invisible = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * What is wrong with a path below a prefix, or undefined: it is relative and stays there, whatever reads it later as a
 * path or a URL. Checked in NFC, as it will be stored.
 */
export function pathFault(path: string): string | undefined {
  if (!path.isWellFormed()) return "is not well-formed Unicode";
  const text = path.normalize("NFC");
  if (text.startsWith("/")) return "must not start with /";
  if (text.includes("\\")) return "must not contain a backslash";
  if (invisible.test(text)) return "must not contain control characters";
  const segments = text.split("/");
  if (segments.includes("")) return "must not contain an empty part";
  if (segments.some(isDots)) return 'must not contain the parts "." or ".."';
  return undefined;
}

/** Also when written as `%2e`, for whoever decodes a key once too often. */
const isDots = (segment: string): boolean => /^\.{1,2}$/.test(segment.replace(/%2e/gi, "."));

const path = lazy(() =>
  z.string().superRefine((text, context) => {
    const fault = pathFault(text);
    if (fault) context.addIssue(fault);
  }),
);

/** Characters of a file's name, of what stands before it, and of its type. */
export const fileLimits = { name: 512, prefix: 256, mimeType: 255 } as const;

/** The name of a file, which may have folders: `invoices/2030/1.pdf`. */
export const fileName = lazy(() => path().min(1).max(fileLimits.name));

/** What every key of a place starts with; a slash at its end makes no difference. */
export const keyPrefix = lazy(() =>
  z
    .string()
    .transform((prefix) => prefix.replace(/\/$/, ""))
    .pipe(path().min(1).max(fileLimits.prefix)),
);

export const mimeType = lazy(() =>
  z
    .string()
    .max(fileLimits.mimeType)
    .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+"-]+)*$/, "a MIME type such as image/png"),
);
