// Hides the warning that node:sqlite is experimental, which it prints at each start. Must be the first import of run.ts.
const { emitWarning } = process;
process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
  if (rest[0] === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
}) as typeof process.emitWarning;
