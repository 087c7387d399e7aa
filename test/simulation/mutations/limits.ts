import type { Mutation } from "./mutation.ts";

const gate = "core/limits/gate.ts";
const gates = "consumers/engine/gates";
const transitions = "core/job/transitions.ts";

/** Slots, waiting lists, rates and snoozes of jobs that have limits. */
export const limits: Mutation[] = [
  {
    name: "limits: one slot more than the limit",
    seed: 27,
    at: `${gate}#slotWrite`,
    find: "state.count < slot.limit",
    replace: "state.count <= slot.limit",
  },
  {
    name: "limits: a slot is freed when its attempt starts",
    seed: 5,
    at: `${gates}/lines.ts#lines`,
    find: "for (const gate of pass.lines) await gates.leave(gate, at);",
    replace: "for (const { part } of pass.slots) await gates.release(part, pass.job.id, pass.turn);",
  },
  {
    name: "limits: the lease of a slot ends before that of its claim",
    seed: 5,
    at: `${gates}/pass.ts#takeOnce`,
    find: "now + leaseMs + slackMs",
    replace: "now + 1000",
  },
  {
    name: "limits: a duplicate frees the slot of the attempt that runs",
    seed: 157,
    at: "consumers/engine/admission/claim.ts#claim",
    find: `if (outcome.outcome !== "claimed" && outcome.outcome !== "taken") await giveBackSlots(entering);`,
    replace: `if (outcome.outcome !== "claimed")
      for (const { part } of entering.pass?.slots ?? [])
        await services.gates.release(part, message.job_id, entering.pass.turn);`,
  },
  {
    name: "limits: the reconciler frees the slots of jobs that run",
    seed: 157,
    at: `${gate}#isOrphaned`,
    find: `if (job.status === "running") return false;`,
    replace: "",
  },
  {
    name: "limits: nobody in a waiting list is served",
    seed: 27,
    at: "core/operations/slots.ts#firstWaiter",
    find: "room === 0 ||",
    replace: "room <= 99 ||",
  },
  {
    name: "limits: starts are not spaced",
    seed: 13,
    at: "core/limits/gcra.ts#startAfter",
    find: "Math.ceil(earliest / 1000)",
    replace: "Math.min(now, earliest)",
  },
  {
    name: "limits: a provider's Retry-After spends an attempt",
    seed: 21,
    at: `${transitions}#snoozed`,
    find: "claims: 0,",
    replace: "claims: 0,\n    attempt: job.attempt + 1,",
  },
  {
    name: "limits: a provider's Retry-After is published as a retry",
    seed: 5,
    at: "lifecycle/events.ts#beginnings",
    find: `if (before.status === "paused") return transition("resumed");`,
    replace: `if (before.status !== "scheduled") return transition("retrying");`,
  },
  {
    name: "limits: an attempt says with each message that it waits",
    seed: 405,
    at: "core/job/transitions.ts#isWaitNoted",
    find: "noted.due_at === due_at",
    replace: "noted.due_at !== due_at",
  },
  {
    name: "limits: a wait for a slot is not published",
    seed: 213,
    at: "lifecycle/events.ts#waitBegun",
    find: "noted && noted.since",
    replace: "noted && noted.limit === undefined && noted.since",
  },
  {
    name: "limits: whoever took a shared slot last frees it",
    seed: 573,
    at: `${gates}/leave.ts#releaseSlots`,
    find: "if (whose && shared) continue;",
    replace: "",
    bug: "of two consumers with duplicates of a message, one that a rate or limit refused freed the slot with which the other ran",
  },
];
