import { isFinished } from "../../lambdas/core/job/job.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { cancel, changeJob, retry } from "../../lambdas/core/operations/change-job.ts";
import type { World } from "./adversary.ts";
import { canary } from "./observer.ts";
import { bookingEvent } from "./product.ts";
import type { Random } from "./random.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** The most calls of a request that cancels a run or retries it: each step may have to be cancelled. */
const mostCalls = 60;

/** Runs whose steps are undone when they fail, and people who cancel them: once, again and again, and by force. */
export function undoing(
  world: World,
  system: System,
  { create, isChanging }: { create: (request: Request) => Promise<void>; isChanging: boolean },
  random: Random,
) {
  const { time, hardship, observer } = world;

  async function ask(what: "cancel" | "force" | "retry", id: string, more = 2): Promise<void> {
    const { services, end } = system.invoke(what === "retry" ? "retry" : "change", `${what} of a booking`);
    const rules = {
      cancel: cancel("by request", { isDecided: true }),
      force: cancel("by force", { force: true }),
      retry: retry(0),
    };
    try {
      const { ending, status } = await changeJob(services, id, rules[what]);
      observer.cover(`undo: ${what} leaves a run that ${ending ? "ends" : `is ${status}`}`);
    } catch (error) {
      const isLost = !(error instanceof RequestError) || error.code === "UNAVAILABLE";
      // What AWS refuses is asked for again, and may have been done already.
      if (isLost && more > 0) time.after(random.int(50, 5000), () => void ask(what, id, more - 1));
    } finally {
      end(mostCalls);
    }
  }

  for (let n = random.int(2, 4); n > 0; n--) {
    const startsIn = random.int(0, 120_000);
    time.after(startsIn, () => {
      void create(
        featureRequest(random, hardship, { event: bookingEvent, input: { secret: canary }, key: `booking ${n}` }),
      );
    });
    for (let i = random.int(0, 2); i > 0; i--) {
      const what = random.pick(["cancel", "cancel", "force"] as const);
      time.after(startsIn + random.pick([random.int(0, 20_000), random.int(0, 120_000)]), () => {
        const open = system.jobs.all().filter((job) => job.event === bookingEvent && !isFinished(job));
        const one = open[random.int(0, Math.max(0, open.length - 1))];
        if (one) void ask(what, one.id);
      });
    }
  }
  // Who waits for a run that fails tries it again, and a few times only.
  let retries = isChanging ? random.int(0, 3) : 0;
  system.onWrite(({ before, after }) => {
    const isFailed = after?.event === bookingEvent && after.status === "failed" && before?.status === "running";
    if (!isFailed || retries-- <= 0) return;
    time.after(random.int(10, 20_000), () => void ask("retry", after.id));
  });
}
