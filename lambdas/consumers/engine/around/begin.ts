import type { Around } from "../context.ts";

/** Behind what the job needs, which may come after the timeout, when the next attempt is already under way. */
export const begin: Around = (execute, running) => async (execution, services) => {
  execution.signal.throwIfAborted();
  running.hasBegun = true;
  return execute(execution, services);
};
