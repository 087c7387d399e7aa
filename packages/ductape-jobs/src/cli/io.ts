import type { Settings } from "../../../../local/runtime/settings.ts";

/** Where text goes: a stream, or what a test collects. */
interface Sink {
  write(text: string): unknown;
}

/** What `npm start` of the repository takes, and the file of the catalog. */
export type DevSettings = Settings & { catalog: string };

/** All that a command sees of the process that runs it, so that a test can run it without one. */
export interface Io {
  /** What a script reads. */
  out: Sink;
  /** What only people read: errors, hints and progress. */
  err: Sink;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Whether `out` is a terminal. */
  isTTY: boolean;
  /** The width of the terminal in columns. */
  columns?: number | undefined;
  /** What `--input -` reads. */
  stdin?: AsyncIterable<string | Uint8Array>;
  fetch?: typeof globalThis.fetch;
  /** Epoch milliseconds. */
  now?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Aborted when the user interrupts the command. */
  signal?: AbortSignal;
  /** Opens an address in the browser. */
  browse?: (url: string) => void;
  /** Runs the local runtime until it is ended. Default: in this process. */
  dev?: (settings: DevSettings) => Promise<void>;
}
