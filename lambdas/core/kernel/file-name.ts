import * as z from "zod";

/** Control characters and bidirectional overrides, which can break lines and hide or reorder text. */
const invisible = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * The fault of a path below a prefix, or undefined. The path must be relative and stay below the prefix, whether it is read as
 * a path or as a URL. It is checked in NFC, the form in which it is stored.
 */
function pathFault(path: string): string | undefined {
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

/** Also matches `%2e`, for readers that decode a key once too often. */
const isDots = (segment: string): boolean => /^\.{1,2}$/.test(segment.replace(/%2e/gi, "."));

const path = z.string().superRefine((text, context) => {
  const fault = pathFault(text);
  if (fault) context.addIssue(fault);
});

/** The most characters of a file name, of its prefix, and of a media type. */
export const fileLimits = { name: 512, prefix: 256, mimeType: 255 } as const;

/** The name of a file, which may have folders: `invoices/2030/1.pdf`. */
export const fileName = path.min(1).max(fileLimits.name);

/** The prefix of all keys of a storage. A slash at its end is ignored. */
export const keyPrefix = z
  .string()
  .transform((prefix) => prefix.replace(/\/$/, ""))
  .pipe(path.min(1).max(fileLimits.prefix));

export const mimeType = z
  .string()
  .max(fileLimits.mimeType)
  .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.+"-]+)*$/, "a MIME type such as image/png");
