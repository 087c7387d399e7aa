import type { FoundEvent } from "../../core/catalog/catalog.ts";
import type { SearchTexts } from "../../core/expressions/search.ts";
import type { ClaimOutcome } from "../../core/job/claim.ts";
import type { Job, JobMessage, JobType } from "../../core/job/job.ts";
import type { Pause } from "../../core/job/pause.ts";
import type { ShownAnswer } from "../../core/job/provider-answer.ts";
import type { CacheKey } from "../../core/job/result-cache.ts";
import type { Waiting } from "../../core/job/route.ts";
import type { RunWait } from "../../core/job/run-wait.ts";
import type { Calls } from "../../core/limits/pump.ts";
import type { ExecuteWithServices } from "../../core/operations/execution.ts";
import type { Memory, Room } from "../../core/operations/memory.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { AttemptPolicy, Recorded, Transition } from "./attempt-policy.ts";
import type { Batchmates } from "./batchmates.ts";
import type { Admission } from "./gates/leave.ts";
import type { TargetHealth } from "./targets/health.ts";
import type { Used } from "./targets/record.ts";
import type { Repeating } from "./while-claimed.ts";

/** What a consumer's process has for every message. */
export interface Engine extends Waiting {
  services: ConsumerServices;
  execute: ExecuteWithServices;
  /** The type that it runs; a message for another type's job goes to that type's queue. Absent: any type. */
  type?: JobType | undefined;
  /** How the attempts of this type differ from the default. */
  policy: AttemptPolicy;
  /** In [0, 1): the jitter of the backoff. */
  random: () => number;
  /** The memory that the jobs of a batch share. */
  memory: Memory;
  /** Who runs in the process. */
  batchmates: Batchmates;
  /** What the process knows of the targets of groups. */
  health: TargetHealth;
  /** Whether it runs a job itself that gets a slot from it. */
  mayRun: (job: Job) => boolean;
}

/** A message on its way to a claim. */
export interface Entering {
  engine: Engine;
  services: ConsumerServices;
  message: JobMessage;
  /** The limits that have called the job. */
  calls?: Calls | undefined;
  /** The pauses that were looked at. */
  pauses?: readonly Pause[];
  /** What the gates have let pass. Absent for a job without limits. */
  pass?: Admission | undefined;
  /** Why the claim was refused. */
  refused?: Exclude<ClaimOutcome, { outcome: "claimed" }> | undefined;
  /** The job, once it is claimed. */
  job?: Job | undefined;
}

/** A claimed job, until what follows its attempt is done. */
export interface Running extends Pick<Entering, "engine" | "services" | "message" | "pass"> {
  job: Job;
  /** In [0, 1): the jitter of the backoff. */
  random: number;
  /** Keeps what the executor achieved where AWS refuses it for now, as long as the claim lasts. */
  repeating: Repeating;
  /** Given back at the end. */
  held: DisposableStack;
  room: Room;
  /** Whether the executor was called. */
  hasBegun: boolean;
  used: Used;
  /** What the provider has answered to the attempt that failed, if that is kept. */
  answer?: ShownAnswer;
  /** The texts of its input by which the job is found, once its expressions have their values. */
  searched?: SearchTexts;
  /** What the executor says of the waits of its run. */
  waits?: () => readonly RunWait[];
  /** What the executor wants done once its outcome is recorded. */
  afterwards: (() => Promise<void>)[];
  /** Under what the result is kept for others, of a job with a cache tag. */
  cached?: { key: CacheKey; ttl: number | string | undefined };
}

/** Nothing has started under a claim, so the job is snoozed: the claim must not count as a crash. */
export class NotStarted extends Error {
  /** The job is sent back to its queue, to come after so many seconds. Absent: its own message comes again. */
  readonly delaySeconds: number | undefined;

  constructor(why: string, { delaySeconds, cause }: { delaySeconds?: number; cause?: unknown } = {}) {
    super(why, { cause });
    this.delaySeconds = delaySeconds;
  }
}

/**
 * Lets a message go on by returning nothing. `left`: there is nothing to run, and the message may be deleted. `again`: all has to be
 * asked again.
 */
export type Admit = (entering: Entering) => Promise<"left" | "again" | undefined>;

type Verdict = Transition | NotStarted | "lost" | undefined;

/** Lets a claimed job go on by returning nothing, or ends it. `lost`: the claim is no longer this consumer's. */
export type Guard = (running: Running) => Verdict | Promise<Verdict>;

/** Runs something around what it is given. */
export type Around = (execute: ExecuteWithServices, running: Running, found: FoundEvent) => ExecuteWithServices;

/** What is done once the end of an attempt is recorded. */
export type FollowUp = (running: Running, recorded: Recorded) => Promise<void>;
