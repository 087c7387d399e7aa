/** What the form of a pause holds. Empty: every event, any limit or none, every key. */
export interface PauseDraft {
  event: string;
  limit: string;
  key: string;
}

/** What to pause, for the API. */
export const scopeOf = ({ event, limit, key }: PauseDraft): { event?: string; limit?: string; key?: string } => ({
  ...(event !== "" && { event }),
  ...(limit !== "" && { limit }),
  ...(limit !== "" && key !== "" && { key }),
});

/** What a pause holds, without its env: `create_order`, `key C-7 of customer`, `every event`. */
export function heldWords({ event, limit, key }: { [F in keyof PauseDraft]?: string | undefined }): string {
  if (limit) return key ? `key ${key} of ${limit}` : `everything under ${limit}`;
  return event || "every event";
}
