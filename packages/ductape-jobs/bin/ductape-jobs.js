#!/usr/bin/env node
// Any Node can parse this file, so that an old one is told what is missing instead of failing on what it does not know.
import module from "node:module";

const neededMajor = 24;

if (Number.parseInt(process.versions.node, 10) < neededMajor) {
  console.error(
    `ductape-jobs needs Node ${neededMajor} or newer, and this is ${process.versions.node}: \`npm install --save-dev node@${neededMajor}\` adds it to the project, for npx and npm's scripts.`,
  );
  process.exitCode = 2;
} else {
  module.enableCompileCache?.();
  await import("../dist/packages/ductape-jobs/src/cli/bin.js");
}
