import { jest } from "@jest/globals";

/** Everything that `run` writes to standard output and standard error, as CloudWatch would receive it. */
export async function captured(run: () => Promise<void>): Promise<string> {
  const lines: string[] = [];
  const keep = (chunk: unknown) => {
    lines.push(String(chunk));
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, "write").mockImplementation(keep),
    jest.spyOn(process.stderr, "write").mockImplementation(keep),
  ];
  try {
    await run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return lines.join("");
}
