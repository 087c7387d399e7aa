/** Runs something, and gives what it writes to the standard output to `line` instead. */
export async function captured<T>(run: () => Promise<T>, line: (text: string) => void): Promise<T> {
  const { write } = process.stdout;
  process.stdout.write = ((text: string) => {
    line(text);
    return true;
  }) as typeof write;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
  }
}
