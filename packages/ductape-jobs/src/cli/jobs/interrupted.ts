import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Io } from "../io.ts";

/** Runs what waits for a job. Where the user interrupts it, says that the job goes on: only the watching has ended. */
export async function watching(io: Io, id: string, watch: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await watch();
  } catch (error) {
    if (!io.signal?.aborted) throw error;
    io.err.write(`\nThe job goes on. To see it: ductape-jobs jobs get ${id}\n`);
    return exitCode.interrupted;
  }
}
