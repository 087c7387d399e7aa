import { type Guard, NotStarted } from "../context.ts";

/** Before anything of the job is read, and before its start is noted: it may have to go back to its queue. */
export const memory: Guard = (running) => {
  const room = running.engine.memory.admit(running.job);
  if (!room) return new NotStarted("the others of its batch leave no memory for its input", { delaySeconds: 0 });
  running.held.defer(room.leave);
  running.room = room;
  return undefined;
};
