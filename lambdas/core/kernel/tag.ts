import * as z from "zod";

/** Characters of a tag. */
export const longestTag = 63;

/** Tags and slugs. They become parts of ids, index keys and message groups, so few characters are allowed. */
export const Tag = z
  .string()
  .max(longestTag)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    `1 to ${longestTag} letters, digits and _.- that start with a letter or digit`,
  );

/** The tag of an event: one tag, or two as in `target:action`. */
export const EventTag = z
  .string()
  .max(2 * longestTag + 1)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]*(:[A-Za-z0-9][A-Za-z0-9_.-]*)?$/,
    "a tag, or two with a colon between them; a tag has letters, digits and _.- and starts with a letter or digit",
  );
