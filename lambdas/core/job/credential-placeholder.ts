/**
 * The credentials that the input of a feature's step refers to. In the input, which is stored, a placeholder stands for each: the
 * executor of the action replaces it. Only a feature sets this, and the placeholder is random, so that no caller's data contains one.
 */
export interface StepCredentials {
  /** The app whose credentials they are, which is the one that the job calls. */
  app: string;
  keys: string[];
  /** What makes the placeholders of this job unlike any text. */
  id: string;
}

/** What stands for a credential. It is shown in the input of the job, so it says what it is. */
export const credentialPlaceholder = (app: string, key: string, id: string): string => `credential.${app}.${key}.${id}`;

/** The texts of a JSON value after `replace`. */
export function withTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, replace));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTexts(item, replace)]));
}
