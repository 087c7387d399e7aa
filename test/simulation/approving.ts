import { isFinished } from "../../lambdas/core/job/job.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { cancel, changeJob, retry } from "../../lambdas/core/operations/change-job.ts";
import { decideApproval, findApproval } from "../../lambdas/core/operations/decide-approval.ts";
import type { World } from "./adversary.ts";
import type { Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";
import { consentEvent, waitMs } from "./product.ts";
import type { Random } from "./random.ts";
import { featureRequest, type Request } from "./requests.ts";
import type { System } from "./system.ts";

/** The most calls of a request that decides. */
const mostCalls = 12;

/** The most calls of a request that cancels a run or retries it. */
const mostOfChanges = 60;

interface Wanted {
  create: (request: Request) => Promise<void>;
  isChanging: boolean;
}

/** Runs that wait for the decision of a person, and people who decide: one, several at once, twice, and at the moment of the time-out. */
export function approving(
  world: World,
  system: System,
  { decisions }: Ledger,
  { create, isChanging }: Wanted,
  random: Random,
) {
  const { time, hardship, observer } = world;
  let people = 0;

  async function decide(id: string, by: string, more = 2): Promise<void> {
    const { services, end } = system.invoke("api", "api of approvals");
    const again = () => {
      if (more > 0) time.after(random.int(50, 5000), () => void decide(id, by, more - 1));
    };
    try {
      const found = await findApproval(services, id);
      observer.cover(`approval: found ${found.is}${found.is === "over" ? `, ${found.why}` : ""}`);
      if (found.is !== "open") return;
      const choice = random.pick(["approve", "reject"]);
      const { isOurs, decision } = await decideApproval(services, found, { choice, by });
      observer.cover(`approval: ${isOurs ? "decided" : "another decision came first"}`);
      if (isOurs) decisions.set(id, { choice, by, told: time.now() });
      // The first answer may have been lost, and who asks again is told of the decision that counts.
      else if (decision.by === by) observer.cover("approval: decided before, as it turns out");
      if (random.chance(0.2)) again();
    } catch (error) {
      if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") again();
      else observer.violated("approvals", `a decision is refused: ${error.code}`);
    } finally {
      end(mostCalls);
    }
  }

  async function change(what: "cancel" | "retry", id: string): Promise<void> {
    const { services, end } = system.invoke(what === "retry" ? "retry" : "change", `${what} of a consent`);
    try {
      await changeJob(services, id, what === "retry" ? retry(0) : cancel("by request", { isDecided: true }));
    } catch {
      // Whether it was cancelled does not matter here.
    } finally {
      end(mostOfChanges);
    }
  }

  for (let n = random.int(2, 5); n > 0; n--) {
    const startsIn = random.int(0, 120_000);
    time.after(startsIn, () => {
      void create(
        featureRequest(random, hardship, { event: consentEvent, input: { secret: canary }, key: `consent ${n}` }),
      );
    });
    if (!isChanging || !random.chance(0.3)) continue;
    time.after(startsIn + random.int(0, 2 * waitMs), () => {
      const open = system.jobs.all().filter((job) => job.event === consentEvent && !isFinished(job));
      if (open.length > 0) void change("cancel", random.pick(open).id);
    });
  }

  // Who is asked by a job decides some time after it, or not at all; and a mail may be forwarded.
  system.onWrite(({ before, after }) => {
    const { id } = after?.approval ?? {};
    if (before || id === undefined || !random.chance(0.6)) return;
    const by = `person ${++people}`;
    const takes = random.pick([0, random.int(0, waitMs), waitMs]) + random.int(-2000, 4000);
    time.after(Math.max(0, takes), () => void decide(id, by));
    if (random.chance(0.3)) time.after(Math.max(0, takes) + random.int(0, 40), () => void decide(id, `${by} as well`));
  });
  // A run that has failed after its decision is tried again a few times.
  let retries = isChanging ? random.int(0, 3) : 0;
  system.onWrite(({ before, after }) => {
    const isFailed = after?.event === consentEvent && after.status === "failed" && before?.status === "running";
    if (!isFailed || retries-- <= 0) return;
    time.after(random.int(10, 20_000), () => void change("retry", after.id));
  });
}
