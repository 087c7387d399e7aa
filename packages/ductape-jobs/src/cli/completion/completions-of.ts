import type { Command, Option } from "commander";

export interface Completion {
  word: string;
  description: string;
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ long, short }) => word === long || word === short);

const choices = (all: readonly string[] | undefined): Completion[] =>
  (all ?? []).map((word) => ({ word, description: "" }));

/** What the last word may become: a command, an option, or one of the values that an option or an argument has. */
export function completionsOf(program: Command, words: readonly string[]): Completion[] {
  const last = words.at(-1) ?? "";
  return possible(program, words.slice(0, -1), last).filter(({ word }) => word.startsWith(last));
}

function possible(program: Command, before: readonly string[], last: string): Completion[] {
  let command = program;
  let given = 0;
  let waiting: Option | undefined;
  for (const word of before) {
    if (waiting) {
      waiting = undefined;
      continue;
    }
    const option = word.startsWith("-") ? optionOf(command, word) : undefined;
    if (option && takesValue(option)) waiting = option;
    if (word.startsWith("-")) continue;
    const next = command.commands.find((one) => one.name() === word);
    if (next) command = next;
    else given += 1;
  }
  if (waiting) return choices(waiting.argChoices);
  if (last.startsWith("-")) return optionsOf(command);
  if (command.commands.length > 0)
    return command.commands.map((one) => ({ word: one.name(), description: one.description() }));
  return choices(command.registeredArguments[given]?.argChoices);
}

const optionsOf = ({ options }: Command): Completion[] => [
  ...options.flatMap(({ long, description }) => (long ? [{ word: long, description }] : [])),
  { word: "--help", description: "show the usage" },
];
