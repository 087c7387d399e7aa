// node:sqlite works but says at each start that it is experimental. The first import of run.ts, to be there in time.
const { emitWarning } = process;
process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
  if (rest[0] === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
  Reflect.apply(emitWarning, process, [warning, ...rest]);
}) as typeof process.emitWarning;
