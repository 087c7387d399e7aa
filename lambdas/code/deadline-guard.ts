import { Worker } from "node:worker_threads";

/** How long after its deadline the process of a call is ended that has not answered by then. */
const graceMs = 1000;

/** A second thread, whose event loop turns also where that of the function does not. */
const watching = `
  const { parentPort } = require("node:worker_threads");
  let timer;
  parentPort.on("message", (ms) => {
    clearTimeout(timer);
    if (ms > 0) timer = setTimeout(() => process.kill(process.pid, "SIGKILL"), ms);
  });
`;

/**
 * Ends the process where a call blocks its event loop beyond its deadline: the engine has stopped waiting then, and Lambda would bill for
 * the loop until the function's own time-out.
 */
export function makeDeadlineGuard() {
  let worker: Worker | undefined;
  return {
    begin(deadlineMs: number): void {
      worker ??= new Worker(watching, { eval: true, execArgv: [] });
      worker.unref();
      worker.postMessage(deadlineMs + graceMs);
    },
    end: (): void => worker?.postMessage(0),
  };
}
