/** What a tool that writes may do, so that an agent's program knows when to ask its user (the hints of MCP's tool annotations). */
interface Effects {
  /** It may end, overwrite or delete what is there, or run what cannot be undone. */
  destructiveHint: boolean;
  /** The same call again changes nothing more. */
  idempotentHint: boolean;
  /** Jobs run sooner or again by it, which call services and reach people outside. */
  openWorldHint: boolean;
}

const effects = (destructiveHint: boolean, idempotentHint: boolean, openWorldHint: boolean): Effects => ({
  destructiveHint,
  idempotentHint,
  openWorldHint,
});

/** By operation that the list has, in the order: destructive, idempotent, open world. */
export const effectsOf: Readonly<Record<string, Effects>> = {
  // A job sends mails, calls services and writes to databases. A call that is repeated with its token makes no second one.
  scheduleJob: effects(true, true, true),
  scheduleJobs: effects(true, true, true),
  retryJob: effects(true, false, true),
  migrateJob: effects(true, true, true),
  runNowJob: effects(true, false, true),
  changeJobs: effects(true, false, true),
  rescheduleJob: effects(true, false, true),
  cancelJob: effects(true, true, false),
  deleteJob: effects(true, true, false),
  skipNextRun: effects(true, false, false),
  pauseJob: effects(false, true, false),
  resumeJob: effects(false, true, true),
  // Its run goes on, and a decision cannot be taken back.
  decideApproval: effects(true, true, true),
  sendSignal: effects(true, true, true),
  pauseScope: effects(true, true, false),
  endPause: effects(false, true, true),
  pinLimit: effects(true, true, true),
  unpinLimit: effects(false, true, true),
};
