import { type Command, Help, type Option } from "commander";

/** The variables that stand for options which most commands have. An empty option is as good as none, so that one call can do without. */
const variables: Readonly<Record<string, string>> = { "--product": "DUCTAPE_PRODUCT", "--env": "DUCTAPE_ENV" };

const variableOf = ({ long }: Option): string | undefined => variables[long ?? ""];

/** Gives a command's options the values of their variables. Commander would read those of the process only. */
export function takeVariables(command: Command, env: NodeJS.ProcessEnv): void {
  for (const option of command.options) {
    const variable = variableOf(option);
    if (variable === undefined) continue;
    const name = option.attributeName();
    const value = env[variable]?.trim();
    if (value) command.setOptionValueWithSource(name, value, "env");
    command.on(`option:${option.name()}`, (text: string) => {
      if (text === "") command.setOptionValueWithSource(name, undefined, "cli");
    });
  }
}

/** What an option is, whether a command cannot do without it, and which variable stands for it. */
export function optionDescription(this: Help, option: Option): string {
  const variable = variableOf(option);
  const marks = [option.mandatory ? "required" : "", variable ? `or ${variable}` : ""].filter(Boolean).join(", ");
  const text = Help.prototype.optionDescription.call(this, option);
  return marks ? `${text} [${marks}]` : text;
}

/** The options that a command cannot do without and has not got. */
export const missingOptions = (command: Command): string[] =>
  command.options
    .filter((option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined)
    .map((option) => {
      const variable = variableOf(option);
      return variable === undefined ? option.flags : `${option.flags} (or ${variable})`;
    });
