import { createWriteStream, statSync } from "node:fs";
import { megabyte } from "../gateway/http.ts";
import { attemptIn, attemptText } from "./attempt-line.ts";

const largestKept = 20 * megabyte;

/** How the end of each attempt is shown in the terminal: as a line for people, as it was logged, or not at all. */
export type AttemptLines = "text" | "json" | "none";

/**
 * Writes the handlers' log lines to a file. The terminal shows the ends of attempts as `attempts` says, and errors; with
 * `verbose` it shows every line as it is, and no line twice.
 */
export function openLambdaLog(file: string, { verbose = false, attempts = "none" as AttemptLines } = {}) {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const stream = createWriteStream(file, { flags: size > largestKept ? "w" : "a", mode: 0o600 });
  // A log that cannot be written is not a reason to stop.
  stream.once("error", (error) => console.error(`${file} can no longer be written: ${error.message}`));
  const showAttempt = attemptPrinter();
  return {
    take: (line: string): void => {
      if (stream.writable) stream.write(`${line}\n`);
      if (verbose || deservesAttention(line)) console.error(line);
      else if (attempts !== "none") showAttempt(line, attempts);
    },
    close: (): Promise<void> => new Promise((resolve) => (stream.closed ? resolve() : stream.end(() => resolve()))),
  };
}

/** Log lines are JSON; any other line comes from a crash or a stray print. */
const deservesAttention = (line: string) => !line.startsWith("{") || /"level":"(ERROR|CRITICAL)"/.test(line);

/** Lines have times only, so a day that begins is a line of its own: the clock may be moved by days. */
function attemptPrinter(): (line: string, as: "text" | "json") => void {
  let day = new Date().toISOString().slice(0, 10);
  return (line, as) => {
    const ended = attemptIn(line);
    if (!ended) return;
    if (as === "json") return console.log(line);
    const itsDay = ended.timestamp.slice(0, 10);
    if (itsDay !== day) console.log(itsDay);
    day = itsDay;
    console.log(attemptText(ended));
  };
}
