/** How many lines of one job the terminal shows. The code itself drops what a call writes beyond a megabyte. */
const mostLines = 1000;

/**
 * Shows what functions write, with the job that they write it for: a line of `ctx.log` by its message and fields. The line that is one
 * too many says so.
 */
export function jobOutput(say: (line: string) => void): (line: string, message: unknown) => void {
  const written = new WeakMap<object, number>();
  return (line, message) => {
    if (typeof message !== "object" || message === null) return say(line);
    const count = (written.get(message) ?? 0) + 1;
    written.set(message, count);
    const job = jobOf(message);
    if (count <= mostLines) say(`${job}  ${shown(line)}`);
    else if (count === mostLines + 1) say(`${job}  [more than ${mostLines} lines: the rest is not shown]`);
  };
}

/** A function is called for its job, the handler of a feature for its run. */
const jobOf = ({ job_id, run }: { job_id?: string; run?: { id?: string } }): string => job_id ?? run?.id ?? "";

function shown(line: string): string {
  if (!line.startsWith('{"level":')) return line;
  try {
    const {
      level,
      message,
      timestamp: _at,
      job_id: _job,
      function: _name,
      attempt: _attempt,
      ...fields
    } = JSON.parse(line);
    const rest = Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : "";
    return `${level === "INFO" ? "" : `${level} `}${message}${rest}`;
  } catch {
    return line;
  }
}
