import type { IncidentAction } from "../../lambdas/core/job/incident.ts";
import { JobError } from "../../lambdas/core/job/job-error.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { actOnIncident } from "../../lambdas/core/operations/act-on-incident.ts";
import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { World } from "./adversary.ts";
import { type Alarms, faults, faultyEvents } from "./alarms.ts";
import type { Executions, Marked } from "./executions.ts";
import type { Invocation } from "./invocation.ts";
import type { Invoke } from "./invocations.ts";
import { canary } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Request } from "./requests.ts";

const minute = 60_000;
/** Until when jobs are requested and people look after incidents. */
const busyMs = 30 * minute;
/** So long before the minute it is known what will be closed. */
const aheadMs = 2500;
/** The most calls of a request that changes an incident. */
const mostCalls = 40;

/** A job whose first attempts fail for one cause. */
interface Faulty {
  fault: number;
  times: number;
}

/** Jobs that fail together, a while apart, and people who look after what they are told. */
export function alarming(
  world: World,
  system: { invoke: Invoke },
  create: (request: Request) => Promise<void>,
  alarms: Alarms,
): void {
  const { time, hardship, observer } = world;
  const { random, incidents, rule } = alarms;
  const quietMs = 3 * rule.windowMs;
  let asked = 0;

  function fail(fault: number, many: number): void {
    const times = random.int(1, 3);
    for (let n = many; n > 0; n--)
      void create({
        ...{ product_tag: "sim", env: "e", event: random.pick(faultyEvents), start_at: 0 },
        input: { body: { secret: canary, fault, times } },
        retries: random.int(0, 3),
        timeout_ms: 5000 + Math.min(20_000, hardship.patience),
        idempotency_key: `faulty-${++asked}`,
      } as Request);
  }

  for (let bursts = random.int(2, 7); bursts > 0; bursts--) {
    const fault = random.int(0, faults.length - 1);
    const many = random.pick([1, 1, 2, 4, 9, 12]);
    time.after(random.int(0, busyMs), () => fail(fault, many));
  }
  // Once more when it is just about to be closed, which the reconciler does on the minute.
  for (let at = minute; at < busyMs; at += minute)
    time.after(at - aheadMs, () => {
      const isOver = time.now() + aheadMs - quietMs;
      for (const { state, provider_code, last_at } of incidents.all()) {
        const fault = faults.findIndex(({ providerCode }) => providerCode === provider_code);
        if (state !== "open" || last_at > isOver || fault < 0 || random.chance(0.6)) continue;
        time.after(random.int(0, aheadMs), () => fail(fault, 1));
      }
    });
  // Of a cause that is told at 10 and at 100 as well, and of one that comes and goes.
  if (random.chance(0.15)) time.after(random.int(0, busyMs), () => fail(0, 105));
  if (random.chance(0.3))
    for (let at = minute; at < busyMs; at += quietMs + random.int(70_000, 100_000)) time.after(at, () => fail(1, 1));

  async function act(id: string, action: IncidentAction, more = 10): Promise<void> {
    const { services, end } = system.invoke("change", `${action.do} incident ${id.slice(0, 4)}`);
    const again = () => {
      if (more > 0) void act(id, action, more - 1);
    };
    const cancel = time.after(29_000, again);
    try {
      await actOnIncident(services, { product: "sim", env: "e", id }, action, {
        caller: { actor: "k:someone" },
        isDry: false,
      });
      observer.cover(`an incident is changed: ${action.do}`);
    } catch (error) {
      if (error instanceof RequestError) observer.cover(`a change of an incident is refused: ${error.code}`);
      else time.after(2000, again);
    }
    cancel();
    end(mostCalls);
  }

  for (let acts = random.pick([0, 0, 2, 5]); acts > 0; acts--)
    time.after(random.int(minute, busyMs), () => {
      const all = incidents.all();
      if (all.length > 0) void act(random.pick(all).id, actionOf(random, time.now()));
    });
}

function actionOf(random: Random, now: number): IncidentAction {
  const [until, above_per_hour] = [now + random.int(1, 10) * minute, random.int(1, 5)];
  return random.pick<IncidentAction>([
    { do: "resolve" },
    { do: "resolve" },
    { do: "ignore" },
    { do: "ignore", until },
    { do: "ignore", above_per_hour },
    { do: "reopen" },
  ]);
}

/** Calls the target that fails for a while. */
export function faultyExecutor(
  { time }: Pick<World, "time">,
  { executions, random }: { executions: Executions; random: Random },
  by: Invocation,
): ExecuteWithServices {
  return async ({ job, input, clock, signal }) => {
    executions.started(job, by, { at: clock.now(), real: time.now() });
    try {
      await clock.sleep(random.int(1, 300), signal);
      signal.throwIfAborted();
      const { fault, times } = (input as { body: Faulty }).body;
      if (job.attempt > times) return { n: job.attempt, claim: job.claim_id, secret: canary } satisfies Marked;
      const { code, providerCode } = faults[fault] ?? faults[0];
      throw new JobError(code, "down", { providerCode });
    } finally {
      executions.ended(job, time.now());
    }
  };
}
