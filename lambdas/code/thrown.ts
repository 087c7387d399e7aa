import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type FailedOutcome, keptText, longestThrown, type Thrown } from "../core/job/code-messages.ts";
import { durationMs } from "../core/kernel/duration-ms.ts";

type Shown = (text: string) => string;

/** What was thrown, whatever it is: its getters may throw too. `shown` is what of a text is kept. */
export function thrownOf(error: unknown, shown: Shown = (text) => text): Thrown {
  try {
    return readThrown(error, shown);
  } catch {
    return { name: "Error", message: "What was thrown cannot be read." };
  }
}

function readThrown(error: unknown, shown: Shown): Thrown {
  // Hidden first and cut then: half a credential would not be found.
  if (!isErrorLike(error))
    return { name: thrownKind(error), message: cutText(shown(thrownText(error)), longestThrown.message) };
  const { name, message, stack } = error;
  const causes = causeChain(error).map((cause) => `, caused by ${cause}`);
  const frames = typeof stack === "string" ? framesIn(stack) : "";
  return {
    name: cutText(typeof name === "string" && name !== "" ? shown(name) : "Error", longestThrown.name),
    message: cutText(shown([String(message), ...causes].join("")), longestThrown.message),
    ...(frames !== "" && { stack: cutText(shown(frames), longestThrown.stack) }),
  };
}

interface ErrorLike {
  name?: unknown;
  message: unknown;
  stack?: unknown;
  cause?: unknown;
}

/** Also one of another realm, or a plain object of its form. */
const isErrorLike = (value: unknown): value is ErrorLike =>
  typeof value === "object" && value !== null && typeof (value as { message?: unknown }).message === "string";

const thrownKind = (value: unknown): string => (value === null ? "null" : typeof value);

function thrownText(value: unknown): string {
  if (typeof value === "string") return value;
  const json = typeof value === "object" ? JSON.stringify(value) : undefined;
  return `threw ${json ?? String(value)}, which is no Error`;
}

function causeChain({ cause }: ErrorLike, depth = 0): string[] {
  if (cause === undefined || cause === null || depth > 3) return [];
  if (!isErrorLike(cause)) return [thrownText(cause)];
  return [`${String(cause.name ?? "Error")}: ${String(cause.message)}`, ...causeChain(cause, depth + 1)];
}

/** Where the bundle is, from which its source map names the sources. */
const here = `${dirname(fileURLToPath(import.meta.url))}/`;
const notTheirs = /node:internal|lambdas\/code\//;

/** Frames of ours and of Node say nothing about the team's code, nor do the folders of the machine. */
export const framesIn = (stack: string): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !notTheirs.test(line))
    .map((line) => line.trim().replaceAll("file://", "").replaceAll(here, ""))
    .join("\n");

const cutText = (text: string, most: number): string =>
  text.length <= most ? text.toWellFormed() : `${keptText(text, most - 1)}…`;

/** What an error says of the next attempt: `retryable`, `retryAfter` (milliseconds, a text such as "30s", or a Date) and `code`. */
export function steeringOf(error: unknown): Pick<FailedOutcome, "retryable" | "retry_after_ms" | "code"> {
  if (typeof error !== "object" || error === null) return {};
  try {
    const { retryable, retryAfter, code } = error as { retryable?: unknown; retryAfter?: unknown; code?: unknown };
    const after = afterOf(retryAfter);
    return {
      ...(typeof retryable === "boolean" && { retryable }),
      ...(after !== undefined && { retry_after_ms: after }),
      ...((typeof code === "string" || typeof code === "number") && { code: cutText(String(code), 100) }),
    };
  } catch {
    return {};
  }
}

function afterOf(value: unknown): number | undefined {
  const ms =
    value instanceof Date
      ? value.getTime() - Date.now()
      : typeof value === "number" || typeof value === "string"
        ? durationMs(value)
        : Number.NaN;
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : undefined;
}
