import type { Io } from "../../../packages/ductape-jobs/src/cli/io.ts";
import { run } from "../../../packages/ductape-jobs/src/cli/main.ts";

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process, in UTC and not in a terminal; resolves with what it printed. */
export async function runCli(args: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  const out = collecting();
  const err = collecting();
  const code = await run(args, {
    cwd: "/nowhere",
    isTTY: false,
    ...io,
    env: { TZ: "UTC", ...io.env },
    out,
    err,
  });
  return { code, out: out.text, err: err.text };
}

const collecting = () => ({
  text: "",
  write(more: string) {
    this.text += more;
  },
});
