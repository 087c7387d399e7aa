import { styleText } from "node:util";
import type { Io } from "../io.ts";

type Style = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours for terminals only, and not where NO_COLOR is set to anything (no-color.org). */
export function paintOf({ isTTY, env }: Pick<Io, "isTTY" | "env">): Paint {
  const on = isTTY && !env.NO_COLOR && env.TERM !== "dumb";
  return (style, text) => (on && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}

const styles: Record<string, Style> = {
  completed: "green",
  failed: "red",
  cancelled: "dim",
  running: "cyan",
  paused: "yellow",
  queued: "blue",
  active: "yellow",
  ok: "green",
  problem: "red",
};

/** A status in its colour. */
export const statusPaint =
  (paint: Paint) =>
  (status: string): string =>
    styles[status] ? paint(styles[status], status) : status;
