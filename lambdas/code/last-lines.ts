import { longestWritten, type Written } from "../core/job/code-messages.ts";

/** A shorter value is a word that a log is full of, and no credential. */
const leastHidden = 6;

/** The last lines that code writes with `ctx.log`, which a failed attempt keeps. */
export interface LastLines {
  add(line: string): void;
  /** A value that is not to be in them. */
  hide(value: string): void;
  /** Undefined if nothing was written. */
  all(): Written | undefined;
}

export function lastLines(): LastLines {
  const lines: string[] = [];
  const hidden = new Set<string>();
  let length = 0;
  let cut = false;
  const without = (text: string) => [...hidden].reduce((shown, value) => shown.replaceAll(value, "[credential]"), text);
  return {
    add(line) {
      // Hidden first and cut then: half a credential would not be found.
      const whole = without(line);
      const kept = whole.slice(0, longestWritten);
      cut ||= kept.length < whole.length;
      lines.push(kept);
      length += kept.length + 1;
      while (length > longestWritten + 1) {
        length -= (lines.shift() ?? "").length + 1;
        cut = true;
      }
    },
    hide(value) {
      if (value.length < leastHidden) return;
      hidden.add(value);
      // As it stands within JSON.
      hidden.add(JSON.stringify(value).slice(1, -1));
    },
    all() {
      if (lines.length === 0) return undefined;
      return { text: without(lines.join("\n")), ...(cut && { cut }) };
    },
  };
}
