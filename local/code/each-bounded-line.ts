/** A longer line is cut, and the rest of it is dropped. */
const longestLine = 16_384;

/** Calls `take` for each line of a stream, in bounded memory, however much is written without an end. */
export function eachBoundedLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let rest = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      take(bounded(rest, chunk.slice(from, Math.min(end, from + longestLine))));
      rest = "";
      from = end + 1;
    }
    rest = bounded(rest, chunk.slice(from, from + longestLine));
  });
  stream?.on("end", () => {
    if (rest !== "") take(rest);
  });
}

const bounded = (rest: string, more: string): string => (rest + more).slice(0, longestLine);
