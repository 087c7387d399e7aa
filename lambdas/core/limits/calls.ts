import * as z from "zod";

/** A start that the pump of a limit has planned for a job that stands in its line. */
export const Call = z.strictObject({
  /** When the start is planned, epoch milliseconds. Nothing is reserved: the job takes its start when its message comes. */
  at: z.int().min(0),
  /** Which of the buckets of a fast rate the start counts against. Absent: the first. */
  bucket: z.int().min(0).optional(),
});
export type Call = z.infer<typeof Call>;

/**
 * Which limits have called a job out of their lines, or given it a slot. It travels beside the job's message and not in it, since an
 * earlier version, to which a deployment may go back, refuses bodies with fields that it does not know.
 */
export const Calls = z.strictObject({
  /** By the name of the limit. */
  limits: z.record(z.string(), Call),
  /** When the message was to become visible, epoch milliseconds: what it is later by is the lag of its queue. 0: there was none. */
  visible: z.int().min(0),
  /** How often it came before its start and was sent back. */
  returns: z.int().min(1).optional(),
});
export type Calls = z.infer<typeof Calls>;

/** What a message brings if no limit has called its job. */
export const uncalled: Calls = { limits: {}, visible: 0 };
