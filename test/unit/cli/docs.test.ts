import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { exitCode } from "../../../packages/ductape-jobs/src/cli/exit-code.ts";
import { makeProgram } from "../../../packages/ductape-jobs/src/cli/program.ts";
import { mostCharacters } from "../../../packages/ductape-jobs/src/mcp/bounded.ts";
import { rowsOf } from "../../support/tables.ts";

const page = await readFile("docs/cli.md", "utf8");
const words = page.replaceAll(/\s+/g, " ");
const program = makeProgram(() => async () => {});

/** A group of commands has no options, unless it is a command too, as `audit` is. */
const commandsOf = (command: Command, path: string[] = []): [string, Command][] => {
  const isOne = command.commands.length === 0 || (path.length > 0 && command.options.length > 0);
  const own: [string, Command][] = isOne ? [[[...path, command.name()].join(" "), command]] : [];
  return [...own, ...command.commands.flatMap((one) => commandsOf(one, [...path, command.name()]))];
};

const commands = commandsOf(program);

describe("the page on the command line", () => {
  it("has every command with its arguments, and no other", () => {
    const told = rowsOf(page, "command", "does").map(([command = ""]) => command.slice(1, -1));
    const known = commands.map(([path, { registeredArguments }]) =>
      [path, ...registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))].join(" "),
    );
    expect(told.sort()).toEqual(known.sort());
  });

  it.each(commands)("names every option of %s", (_, { options }) => {
    const absent = options
      .map(({ flags }) => flags)
      .filter((flags) => !words.includes(`\`${flags}\``) && !words.includes(`${flags}\``));
    expect(absent).toEqual([]);
  });

  it("names no option that no command has", () => {
    const known = new Set(commands.flatMap(([, { options }]) => options.map(({ long }) => long)));
    const named = [...page.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);
    expect(named.filter((option) => !known.has(option) && option !== "--help")).toEqual([]);
  });

  it("has every exit code", () => {
    const told = rowsOf(page, "exit code", "means").map(([code]) => Number(code));
    expect(told).toEqual(Object.values(exitCode));
  });
});

it("every command and every option has a description", () => {
  const silent = commands.flatMap(([path, command]) => [
    ...(command.description() ? [] : [path]),
    ...command.options.filter(({ description }) => !description).map(({ flags }) => `${path} ${flags}`),
  ]);
  expect(silent).toEqual([]);
});

it("no command takes a key as an argument", () => {
  const flags = commands.flatMap(([, { options }]) => options.map(({ long = "" }) => long));
  expect(flags.filter((flag) => /api-?key|token|secret/i.test(flag ?? ""))).toEqual([]);
});

it("the page on the MCP server has the size of an answer", async () => {
  expect(await readFile("docs/mcp.md", "utf8")).toContain(`at most ${mostCharacters.toLocaleString("en")} characters`);
});
