import { JobError } from "../../../core/job/job-error.ts";
import { inParts } from "../../../core/kernel/in-parallel.ts";
import type { Log } from "../../../core/ports/log.ts";
import { asJobError, combined } from "./failures.ts";

/** The recipients (device tokens or addresses) that were reached or no longer exist. Kept as progress, so that none gets the message twice. */
export interface Achieved {
  sent: { to: string; id: string }[];
  /** Recipients that no longer exist, for the caller to forget. */
  dead: { to: string; reason: string }[];
}

/** The outcome for one recipient. A failure may be temporary, or the caller's to correct. */
export type SendOutcome = { id: string } | { dead: string } | JobError;

export interface FanOut {
  recipients: readonly string[];
  before: Achieved | undefined;
  batchSize: number;
  concurrency: number;
  signal: AbortSignal;
  log: Log;
  /** Returns the outcomes in the order of the batch. An error that it throws is the outcome for every recipient. */
  send: (batch: string[]) => Promise<SendOutcome[]>;
}

/** The errors after which the provider would refuse all other recipients as well. */
const endsAll = (error: JobError) => error.code === "RATE_LIMITED" || error.code === "UNAUTHORIZED";

/**
 * Sends to the recipients that earlier attempts did not reach. If any fails, throws an error with what was achieved as progress.
 * What was achieved is in the order of the recipients, whichever answer came first.
 */
export async function fanOut({ recipients, before, ...options }: FanOut): Promise<Achieved> {
  const achieved: Achieved = { sent: [...(before?.sent ?? [])], dead: [...(before?.dead ?? [])] };
  const done = new Set([...achieved.sent, ...achieved.dead].map(({ to }) => to));
  const open = [...new Set(recipients)].filter((to) => !done.has(to));
  const failures: JobError[] = [];
  const batches = inParts(open, options.batchSize).values();
  const work = async () => {
    for (const batch of batches) {
      if (options.signal.aborted || failures.some(endsAll)) return;
      for (const [i, outcome] of (await outcomes(batch, options)).entries()) {
        const to = batch[i] as string;
        if (outcome instanceof JobError) failures.push(outcome);
        else if ("id" in outcome) achieved.sent.push({ to, id: outcome.id });
        else achieved.dead.push({ to, reason: outcome.dead });
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  for (const list of [achieved.sent, achieved.dead]) sortAsGiven(list, recipients);
  const left = new Set(recipients).size - achieved.sent.length - achieved.dead.length;
  if (left === 0) return achieved;
  if (failures.length === 0) failures.push(asJobError(options.signal.reason, options.log));
  throw combined(failures, fanOutSummary(failures, left, achieved), achieved);
}

async function outcomes(batch: string[], { send, log }: Pick<FanOut, "send" | "log">): Promise<SendOutcome[]> {
  try {
    const answered = await send(batch);
    const lacking = new JobError("PROVIDER_ERROR", "The provider's answer leaves out a recipient.");
    return batch.map((_, i) => answered[i] ?? lacking);
  } catch (cause) {
    return batch.map(() => asJobError(cause, log));
  }
}

function fanOutSummary(failures: readonly JobError[], left: number, { sent, dead }: Achieved): string {
  const total = left + sent.length + dead.length;
  const kinds = [...new Set(failures.map(({ code, message }) => `${code}: ${message}`))];
  const all = kinds.slice(0, 3).join(" ") + (kinds.length > 3 ? " ..." : "");
  return total === 1 ? (failures[0] as JobError).message : `${left} of ${total} recipients were not reached. ${all}`;
}

function sortAsGiven(list: { to: string }[], recipients: readonly string[]): void {
  const places = new Map([...new Set(recipients)].map((to, place) => [to, place]));
  list.sort((a, b) => (places.get(a.to) ?? 0) - (places.get(b.to) ?? 0));
}
