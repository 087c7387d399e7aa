import { type Command, CommanderError } from "commander";
import type { Act } from "./context.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { exitCodeOf, faultText } from "./fault-text.ts";
import type { Io } from "./io.ts";
import { makeProgram } from "./program.ts";
import { missingOptions, takeVariables } from "./standing-options.ts";

const widest = 120;

/** Runs a command line, without the program's name, and resolves with what the process is to exit with. Does not reject. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let outcome: ExitCode = exitCode.ok;
  const act: Act =
    (work) =>
    async (...args) => {
      outcome = (await work(io, ...args)) ?? exitCode.ok;
    };
  const program = makeProgram(act);
  for (const command of all(program)) prepare(command, io);
  try {
    await program.parseAsync(argv, { from: "user" });
    return outcome;
  } catch (error) {
    if (error instanceof CommanderError) return ofCommander(error);
    if (io.signal?.aborted) return exitCode.interrupted;
    io.err.write(`${faultText(error, io.env)}\n`);
    return exitCodeOf(error);
  }
}

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];

function prepare(command: Command, { out, err, columns, isTTY, env }: Io): void {
  takeVariables(command, env);
  const width = Math.min(widest, columns ?? widest);
  command.exitOverride().configureOutput({
    writeOut: (text) => void out.write(text),
    writeErr: (text) => void err.write(text),
    outputError: (text, write) => write(sentenceOf(text, command) + keyHint(text)),
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
    getOutHasColors: () => isTTY,
    getErrHasColors: () => isTTY,
  });
}

/** Commander names the first option that is missing. All of them are named, so that nobody is asked for one after the other. */
function sentenceOf(text: string, command: Command): string {
  const missing = /^error: required option /.test(text) ? missingOptions(command) : [];
  if (missing.length > 0) return `This needs ${missing.join(", ")}.\n`;
  return text.replace(/^error: /, "");
}

const keyHint = (text: string): string =>
  /unknown option '--?(api-?)?(key|token)/i.test(text)
    ? "A key is never an argument, since it would stay in the shell's history: set DUCTAPE_API_KEY.\n"
    : "";

/** Commander has printed what there is to say. Help that was asked for is a success. */
const ofCommander = ({ exitCode: code }: CommanderError): ExitCode => (code === 0 ? exitCode.ok : exitCode.usage);
