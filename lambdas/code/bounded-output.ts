import { inspect } from "node:util";

/** The most bytes that one job may write to its log: CloudWatch is paid by the byte, and a loop that logs writes gigabytes. */
export const mostOutputBytes = 1024 * 1024;

type Write = (chunk: unknown, ...rest: unknown[]) => boolean;

/** How long a part is where it is printed. One that cannot be shown is not ours to report. */
function printedLength(part: unknown): number {
  if (typeof part === "string") return part.length;
  try {
    return inspect(part).length;
  } catch {
    return 100;
  }
}

/**
 * Drops what a call writes beyond its bound, and says so once. Returns what begins a new call. Lambda's own console writes past these
 * streams, so its methods are bounded too.
 */
export function boundOutput(): () => void {
  let left = mostOutputBytes;
  const takes = (bytes: number, say: () => void): boolean => {
    const had = left > 0;
    left -= bytes;
    if (left <= 0 && had) say();
    return left > 0;
  };
  const notice = `[ductape-jobs] This job has written more than ${mostOutputBytes} bytes: the rest is dropped.\n`;
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as Write;
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      const bytes = typeof chunk === "string" ? chunk.length : ((chunk as Uint8Array | undefined)?.byteLength ?? 0);
      if (takes(bytes, () => write(notice))) return write(chunk, ...rest);
      // Who waits for the write must not wait for ever.
      const written = rest.findLast((one) => typeof one === "function") as (() => void) | undefined;
      if (written) queueMicrotask(written);
      return true;
    }) as typeof stream.write;
  }
  for (const method of ["log", "info", "debug", "warn", "error", "trace"] as const) {
    const print = console[method].bind(console);
    console[method] = (...parts: unknown[]) => {
      if (left <= 0) return;
      const bytes = parts.reduce<number>((sum, part) => sum + printedLength(part), 1);
      if (takes(bytes, () => process.stderr.write(notice))) print(...parts);
    };
  }
  return () => {
    left = mostOutputBytes;
  };
}
