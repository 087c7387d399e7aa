import { createWriteStream, statSync } from "node:fs";
import { megabyte } from "../gateway/http.ts";

const largestKept = 20 * megabyte;

/** Writes the handlers' log lines to a file, and errors to the terminal as well; with `verbose` every line goes to both. */
export function openLambdaLog(file: string, verbose: boolean) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const stream = createWriteStream(file, { flags: size > largestKept ? "w" : "a", mode: 0o600 });
  // A log that cannot be written is not a reason to stop.
  stream.once("error", (error) => console.error(`${file} can no longer be written: ${error.message}`));
  return {
    take: (line: string): void => {
      if (stream.writable) stream.write(`${line}\n`);
      if (verbose || deservesAttention(line)) console.error(line);
    },
    close: (): Promise<void> => new Promise((resolve) => (stream.closed ? resolve() : stream.end(() => resolve()))),
  };
}

/** Log lines are JSON; any other line comes from a crash or a stray print. */
const deservesAttention = (line: string) => !line.startsWith("{") || /"level":"(ERROR|CRITICAL)"/.test(line);
