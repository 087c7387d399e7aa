import type { Mutation } from "./mutation.ts";

const pause = "core/job/pause.ts";
const drain = "core/operations/drain-pause.ts";

/** Pauses: what they hold, and that all of it starts afterwards. The seeds are those of histories with pauses. */
export const pauses: Mutation[] = [
  {
    name: "pause: is not looked for",
    seed: 41,
    at: "consumers/engine/lists.ts#admission",
    find: "  paused,\n",
    replace: "",
  },
  {
    name: "pause: a process remembers it for too long",
    seed: 361,
    at: `${pause}#pausesFreshMs`,
    find: "4000",
    replace: "40_000",
  },
  {
    name: "pause: of an event holds no other event's jobs, nor its own",
    seed: 37,
    at: `${pause}#covers`,
    find: "scope.event === catalogEventOf(job)",
    replace: "scope.event === job.product",
  },
  {
    name: "pause: of a key holds the other keys' jobs, and not its own",
    seed: 21,
    at: `${pause}#isOfLimit`,
    find: "gate.key === key",
    replace: "gate.key !== key",
  },
  {
    name: "pause: one with an end never ends",
    seed: 9,
    at: `${pause}#pauseEndOf`,
    find: "until !== undefined && until <= now ? until : undefined",
    replace: "until !== undefined && until < 0 ? now : undefined",
  },
  {
    name: "pause: its end sends nothing",
    seed: 300,
    at: `${drain}#releasable`,
    find: "isReleased(job, now) &&",
    replace: "false &&",
  },
  {
    name: "pause: the reconciler does not go on where the API has begun",
    seed: 364,
    at: "reconciler/pauses.ts#drainOne",
    find: "if (!begun) return;",
    replace: "return;",
  },
  {
    name: "pause: is not looked for again after slow gates",
    seed: 213,
    at: "consumers/engine/lists.ts#admission",
    find: "  pausedMeanwhile,\n",
    replace: "",
    bug: "a job whose gates took seconds to answer was claimed although it had been paused meanwhile",
  },
  {
    name: "pause: is never over",
    seed: 2149,
    at: `${drain}#sendPage`,
    find: "if (jobs.length === 0) return { failed: 0, drain: drainOf(pause, now) };",
    replace: "",
    bug: "a look that found nothing put off the end of the drain each time",
  },
];
