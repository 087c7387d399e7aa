/** A wait of a run, as its job notes it: one that is open, or one that a message has ended in the latest decision. */
export interface RunWait {
  /** `sequence.step`. */
  step: string;
  /** When it began, epoch milliseconds. */
  since: number;
  /** When it ends by itself. */
  until: number;
  /** The signals of which the first message ends it. Absent for one that waits for a time. */
  signals?: AwaitedSignal[];
  /** Who is asked, of one for the decision of a person. */
  asked?: string[];
  /** The message that has ended it. */
  received?: { signal: string; id: string; at: number };
}

export interface AwaitedSignal {
  signal: string;
  /** Absent where only messages to the run itself are meant. */
  key?: string;
}

/** What is read of a job here. */
interface Noting {
  status: string;
  waits?: RunWait[];
}

/** The waits of a run that are open. A run that has ended waits for nothing. */
export const openWaitsOf = ({ status, waits = [] }: Noting): RunWait[] =>
  status === "running" ? waits.filter(({ received }) => received === undefined) : [];

/** Since when a run takes messages, epoch milliseconds: one that came before it was made is not meant for it. */
export const runSince = ({
  repeat,
  scheduled_at,
  created_at,
  messages_since = 0,
}: {
  repeat?: object;
  scheduled_at: number;
  created_at: number;
  messages_since?: number;
}): number => Math.max(repeat ? scheduled_at : created_at, messages_since);

/** Whether a run only undoes its steps, and waits for nothing. One in code may still wait and ask, where its handler clears up. */
export const isRollingBack = ({ ending, code_since }: { ending?: object; code_since?: number }): boolean =>
  ending !== undefined && code_since === undefined;

/** A job as a decision leaves it, with its waits: what a run receives with its end is noted too, so that the end does not hide it. */
export function withWaits<Of extends Noting>(job: Of, waits: readonly RunWait[]): Of {
  const noted = waits.filter(({ received }) => received !== undefined || job.status === "running");
  if (noted.length > 0) return { ...job, waits: noted };
  const without = { ...job };
  delete without.waits;
  return without;
}

/** What a write of a job has changed in its waits. */
export interface WaitsChanged {
  begun: RunWait[];
  received: (RunWait & Required<Pick<RunWait, "received">>)[];
}

export function waitsChanged(before: Pick<Noting, "waits">, after: Pick<Noting, "waits">): WaitsChanged {
  const known = new Set((before.waits ?? []).map(waitIdentity));
  const fresh = (after.waits ?? []).filter((wait) => !known.has(waitIdentity(wait)));
  const hasReceived = (wait: RunWait): wait is WaitsChanged["received"][number] => wait.received !== undefined;
  return { begun: fresh.filter((wait) => !hasReceived(wait)), received: fresh.filter(hasReceived) };
}

const waitIdentity = ({ step, since, received }: RunWait): string => JSON.stringify([step, since, received?.id]);
