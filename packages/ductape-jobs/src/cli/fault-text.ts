import { CliError, type ExitCode, exitCode } from "./exit-code.ts";
import { cleanLines } from "./terminal/clean.ts";

interface Failure {
  name: string;
  code?: unknown;
  message: string;
  status?: number;
  requestId?: string;
  errors?: { pointer: string; detail: string }[];
}

const unreachable = ["ConnectionError", "UnavailableError"];
/** What the user of a command can put right without its stack trace. */
const ownErrors = ["KeysError", "StartError"];

/** By name and not by class, so that no module is loaded for its errors only. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.code;
  const { name, code, status } = error as Failure;
  if (name === "ConfigurationError" || code === "KEYS_ERROR") return exitCode.usage;
  if (unreachable.includes(name) || code === "UNEXPECTED_ANSWER") return exitCode.unreachable;
  return status === undefined && !isOfApi(error) ? exitCode.failed : exitCode.refused;
}

const isOfApi = (error: unknown): boolean =>
  /^(InvalidRequest|Authentication|Permission|NotFound|Conflict|RateLimit)Error$/.test((error as Failure).name);

/** What to print about an error: one sentence, then where the request is wrong. Never a stack trace, except with DEBUG. */
export function faultText(error: unknown, env: NodeJS.ProcessEnv): string {
  const { name, message, status, requestId, errors = [] } = error as Failure;
  const known = error instanceof CliError || ownErrors.includes(name) || isOfApi(error) || status !== undefined;
  if (!known && env.DEBUG) return String((error as Error).stack);
  // The message of an invalid request lists its faults already.
  const faults = name === "NotFoundError" ? errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`) : [];
  const request =
    status !== undefined && status >= 500 && requestId ? [`The request in the API's logs: ${requestId}`] : [];
  return cleanLines([message ?? String(error), ...faults, ...request].join("\n"));
}
