/**
 * Runs a program of this repository: `node local/launch.mjs local/main.ts --watch`. The npm scripts go through this file, which
 * is plain JavaScript that any Node can run, because the required Node is itself a package: if it is missing, this says so.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const neededMajor = 24;
const root = fileURLToPath(new URL("..", import.meta.url));

const obstacle = () => {
  if (!existsSync(resolve(root, "node_modules/node/package.json"))) {
    return "The packages are not installed. Run this first, then try again:\n\n  npm ci\n";
  }
  if (Number.parseInt(process.versions.node, 10) >= neededMajor) return undefined;
  return [
    `This needs Node ${neededMajor}, but runs on Node ${process.versions.node}. \`npm ci\` installs Node ${neededMajor} beside the`,
    "packages, unless install scripts are turned off (`ignore-scripts`). Run this, then try again with `npm run`:\n",
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
