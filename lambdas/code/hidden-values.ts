/** A shorter value is a word that a log is full of, and no credential. */
const leastHidden = 6;

/** The secrets that code has read: what it writes and throws is kept without them. */
export interface HiddenValues {
  add(value: string): void;
  without(text: string): string;
}

export function hiddenValues(): HiddenValues {
  const hidden = new Set<string>();
  return {
    add(value) {
      // Programs without types may resolve anything.
      if (typeof value !== "string") return;
      // Without a line break at its end too, as fetch quotes a header.
      for (const one of [value, value.trim()]) {
        if (one.length < leastHidden) continue;
        hidden.add(one);
        // As it stands within JSON.
        hidden.add(JSON.stringify(one).slice(1, -1));
      }
    },
    // The longest first: one may contain another.
    without: (text) =>
      [...hidden]
        .sort((one, other) => other.length - one.length)
        .reduce((shown, value) => shown.replaceAll(value, "[credential]"), text),
  };
}
