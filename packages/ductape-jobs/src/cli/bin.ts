import { run } from "./main.ts";

const { stdout, stderr, stdin, argv, env } = process;

// The reader has gone, as with `| head -1`: what is left to print is of no interest to anybody.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

const interruption = new AbortController();
// The first one lets the command say what goes on; the second one ends it whatever it does.
process.once("SIGINT", () => {
  interruption.abort();
  process.once("SIGINT", () => process.exit(130));
});

process.exitCode = await run(argv.slice(2), {
  out: stdout,
  err: stderr,
  stdin,
  env,
  cwd: process.cwd(),
  isTTY: stdout.isTTY === true,
  columns: stdout.columns,
  signal: interruption.signal,
});
