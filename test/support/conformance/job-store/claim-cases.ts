import type { Claim } from "../../../../lambdas/core/job/claim.ts";
import type { Job, JobMessage } from "../../../../lambdas/core/job/job.ts";
import type { Claimable } from "../../../../lambdas/core/job/transitions.ts";
import { aJob, noon } from "../../builders.ts";
import { leased } from "./under-test.ts";

interface ClaimCase {
  what: string;
  job: Job;
  /** How the message differs from that of the job. */
  message?: Partial<JobMessage>;
  /** The type of the consumer, if it says one. */
  type?: Claim["type"];
  answer: Claimable;
}

const ended = (status: "completed" | "failed" | "cancelled") => aJob({ status, finished_at: noon });
const repeat = { anchor: noon, overlap: "skip" } as const;
const laterType = JSON.parse('{ "type": "later_type" }') as Partial<Job>;

/** What a claim at noon comes to: the rule, the fake store and the conditions of DynamoDB are all held to it. */
export const claimCases = (): ClaimCase[] => [
  { what: "a scheduled job", job: aJob({ status: "scheduled" }), answer: "yes" },
  { what: "a queued job", job: aJob({ status: "queued" }), answer: "yes" },
  { what: "a job whose lease ends after this millisecond", job: leased(noon + 1), answer: "taken" },
  { what: "a job in the last millisecond of its lease", job: leased(noon), answer: "taken" },
  { what: "a job whose lease has just ended", job: leased(noon - 1), answer: "yes" },
  { what: "a parked job", job: leased(0, { claims: 0, parked_since: noon - 20_000 }), answer: "yes" },
  { what: "a completed job", job: ended("completed"), answer: "gone" },
  { what: "a failed job", job: ended("failed"), answer: "gone" },
  { what: "a cancelled job", job: ended("cancelled"), answer: "gone" },
  { what: "a paused job", job: aJob({ status: "paused" }), answer: "gone" },
  { what: "a job in another run", job: aJob(), message: { run: 2 }, answer: "gone" },
  { what: "a job in another attempt", job: aJob(), message: { attempt: 2 }, answer: "gone" },
  { what: "a job that was moved", job: aJob(), message: { due_at: noon + 1 }, answer: "gone" },
  { what: "a job of the claimer's type", job: aJob({ type: "function" }), type: "function", answer: "yes" },
  { what: "a waiting job of another type", job: aJob({ type: "function" }), type: "action", answer: "misdirected" },
  {
    what: "a job of another type that is at work",
    job: leased(noon, { type: "function" }),
    type: "action",
    answer: "misdirected",
  },
  {
    what: "a completed job of another type",
    job: { ...ended("completed"), type: "function" },
    type: "action",
    answer: "gone",
  },
  { what: "a job of a series", job: aJob({ repeat: { ...repeat, every: 60_000 } }), answer: "yes" },
  { what: "a job of a series by the clock", job: aJob({ repeat: { ...repeat, cron: "0 0 * * *" } }), answer: "yes" },
  { what: "a job of a series of a later version's kind", job: aJob({ repeat }), type: "action", answer: "gone" },
  { what: "a job of a later version's type", job: { ...aJob(), ...laterType }, answer: "gone" },
];
