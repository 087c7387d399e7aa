import type { Command } from "commander";
import { type Api, openApi } from "./api.ts";
import { wholeNumber } from "./arguments/read-value.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { defaultLimit } from "./pages.ts";
import { jsonText } from "./terminal/clean.ts";
import { type Paint, paintOf } from "./terminal/colour.ts";
import { localTime, relative, type Zone, zoneOf } from "./terminal/time.ts";

/** What every command that calls the API takes. */
export interface ApiOptions {
  url?: string;
  json?: boolean;
}

/** What a command works with. */
export interface Context {
  io: Io;
  api: Api;
  /** Whether to print what the API answers, instead of text for people. */
  json: boolean;
  /** The columns that a table may take; undefined where nothing is cut, because it is not a terminal. */
  columns: number | undefined;
  paint: Paint;
  zone: Zone;
  /** Prints lines for people, or for `--json` nothing. */
  say(lines: string | readonly string[]): void;
  /** Prints a document of the API for `--json`. */
  print(document: unknown): void;
  /** `2030-01-31 09:00:00 +01:00 (in 5 min)`. */
  when(at: number | undefined): string | undefined;
}

export const line = (text: string): string => `${text}\n`;

/** Adds the options that every command has that calls the API. */
export const withApi = (command: Command): Command =>
  command
    .option("--url <url>", "the address of the API, instead of DUCTAPE_URL; its key is DUCTAPE_API_KEY")
    .option("--json", "print what the API answers as JSON");

/** Adds the options of every command that lists page by page. */
export const withPages = (command: Command): Command =>
  command
    .option("--limit <count>", `how many to show (default: ${defaultLimit})`, wholeNumber(1))
    .option("--all", "show all of them, page by page")
    .option("--cursor <cursor>", "go on after this cursor of an earlier answer");

async function openContext(io: Io, { url, json = false }: ApiOptions): Promise<Context> {
  const api = await openApi(io, url);
  const zone = zoneOf(io.env);
  return {
    io,
    api,
    json,
    columns: io.isTTY ? io.columns : undefined,
    paint: paintOf(io),
    zone,
    say: (lines) => {
      if (json) return;
      const all = typeof lines === "string" ? [lines] : lines;
      if (all.length > 0) io.out.write(all.map(line).join(""));
    },
    print: (document) => {
      if (json) io.out.write(line(jsonText(document, 2)));
    },
    when: (at) => (at === undefined ? undefined : `${localTime(at, zone)} (${relative(at, api.now())})`),
  };
}

/** What a command's function resolves with: its exit code, or nothing, which is success. */
type Outcome = Promise<ExitCode> | Promise<void>;

/** Makes an action of a command's function. Sets what the process exits with. */
export type Act = <Args extends unknown[]>(run: (io: Io, ...args: Args) => Outcome) => (...args: Args) => Promise<void>;

/** The action of a command that calls the API. Its options are the last argument but one; commander adds the command itself. */
export const calling =
  <Args extends unknown[]>(run: (context: Context, ...args: Args) => Outcome) =>
  async (io: Io, ...given: [...args: Args, command: Command]): Promise<ExitCode> => {
    const args = given.slice(0, -1) as Args;
    const outcome = await run(await openContext(io, args.at(-1) as ApiOptions), ...args);
    return outcome ?? exitCode.ok;
  };

export const succeeded = (good: boolean): ExitCode => (good ? exitCode.ok : exitCode.failed);
