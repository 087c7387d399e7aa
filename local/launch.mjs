/**
 * Runs a program of this repository: `node local/launch.mjs local/main.ts --watch`. The npm scripts go through here, in
 * plain JavaScript that any Node reads, because the right Node is itself a package: where it is missing, this says so.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const neededMajor = 24;
const root = fileURLToPath(new URL("..", import.meta.url));

const obstacle = () => {
  if (!existsSync(resolve(root, "node_modules/node/package.json"))) {
    return "The packages are not installed here. Run this first, then the same again:\n\n  npm ci\n";
  }
  if (Number.parseInt(process.versions.node, 10) >= neededMajor) return undefined;
  return [
    `This needs Node ${neededMajor}, and is run by Node ${process.versions.node}. \`npm ci\` installs Node ${neededMajor} beside the`,
    "packages, unless install scripts are turned off (`ignore-scripts`). Run this, then the same by `npm run`:\n",
    "  npm ci --ignore-scripts=false\n",
  ].join("\n");
};

const [, , program, ...args] = process.argv;
const text = program === undefined ? "usage: node local/launch.mjs PROGRAM [ARGUMENT...]" : obstacle();
if (text === undefined) {
  const file = resolve(program);
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
} else {
  console.error(text);
  process.exitCode = 1;
}
