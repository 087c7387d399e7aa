import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * The options that a command was given. If one is unknown, or one of `numbers` is not a number, prints the problem and the
 * usage and ends the process.
 */
export function optionsOf<const Known extends Options>(usage: string, known: Known, numbers: readonly string[]) {
  const options = { ...known, help: { type: "boolean", default: false } } as const;
  try {
    const { values } = parseArgs({ options });
    const given = values as Record<string, unknown>;
    if (given.help === true) end(usage, 0);
    const wrong = numbers.find((name) => given[name] !== undefined && !/^\d{1,15}$/.test(String(given[name])));
    if (wrong !== undefined) end(`--${wrong} takes a whole number.\n${usage}`, 1);
    return values;
  } catch (error) {
    return end(`${(error as Error).message}\n${usage}`, 1);
  }
}

function end(text: string, code: 0 | 1): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
