import { longestWritten, type Written } from "../core/job/code-messages.ts";
import type { HiddenValues } from "./hidden-values.ts";

/** The last lines that code writes with `ctx.log`, which a failed attempt keeps. */
export interface LastLines {
  add(line: string): void;
  /** Undefined if nothing was written. */
  all(): Written | undefined;
}

export function lastLines({ without }: Pick<HiddenValues, "without">): LastLines {
  const lines: string[] = [];
  let length = 0;
  let cut = false;
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
    all() {
      if (lines.length === 0) return undefined;
      return { text: without(lines.join("\n")), ...(cut && { cut }) };
    },
  };
}
