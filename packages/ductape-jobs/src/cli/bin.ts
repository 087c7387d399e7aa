import { browse } from "./browse.ts";
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
/** For what a command has to say about what goes on. */
const lastWordsMs = 500;

/** The local runtime has only begun when its command is over. It stops by itself, which takes as long as it takes. */
const isGoingOn = argv[2] === "dev";

if (!isGoingOn) {
  process.once("SIGINT", () => {
    interruption.abort();
    setTimeout(() => process.exit(130), lastWordsMs).unref();
  });
}

const code = await run(argv.slice(2), {
  out: stdout,
  err: stderr,
  stdin,
  env,
  cwd: process.cwd(),
  isTTY: stdout.isTTY === true,
  columns: stdout.columns,
  browse,
  signal: interruption.signal,
});
process.exitCode = code;
// A module of the catalog may have left open what would keep this process from ending, such as a timer. What is printed comes before.
if (!isGoingOn) stdout.write("", () => stderr.write("", () => process.exit(code)));
