import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { CliError } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** Reads a whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text);
    if (/^-?\d+$/.test(text) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Use a whole number, ${range}.`);
  };

/** Collects an option that may be given several times. */
export const collected = (text: string, earlier: string[] = []): string[] => [...earlier, text];

/**
 * Collects values of fields, each named once: of one named twice, the first would be forgotten. Throws a CliError, which does not quote what
 * was given: it may be sealed.
 */
export function collectedWhere(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const [, field = "", value = ""] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (value === "") throw new CliError("--where takes a field and its value, such as order=A-17.");
  if (Object.hasOwn(earlier, field)) throw new CliError("--where takes a field once.");
  return { ...earlier, [field]: value };
}

/**
 * The JSON of an option: the text itself, `@file`, or `-` for standard input. Throws a CliError that says where the JSON breaks off,
 * without quoting it: it may hold what nobody else should see.
 */
export async function readInput(text: string, io: Pick<Io, "cwd" | "stdin">, option = "--input"): Promise<unknown> {
  const [json, where] = await textOf(text, io, option);
  try {
    return JSON.parse(json);
  } catch (error) {
    const place = /at position \d+(?: \(line \d+ column \d+\))?|Unexpected end/.exec((error as Error).message)?.[0];
    throw new CliError(`${where} is not JSON${place ? `: ${place.toLowerCase()}` : ""}.`);
  }
}

async function textOf(
  text: string,
  { cwd, stdin }: Pick<Io, "cwd" | "stdin">,
  option: string,
): Promise<[json: string, where: string]> {
  if (text === "-") return [await wholeOf(stdin), "Standard input"];
  if (!text.startsWith("@")) return [text, option];
  const file = text.slice(1);
  const read = await readFile(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${option}: ${file} cannot be read (${error.code}).`);
  });
  return [decoded(read), file];
}

/** The text of a file without its byte order mark, which editors and shells on Windows write, some of them in UTF-16. */
const decoded = (bytes: Uint8Array): string =>
  new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);

async function wholeOf(stdin: Io["stdin"]): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return decoded(Buffer.concat(chunks));
}
