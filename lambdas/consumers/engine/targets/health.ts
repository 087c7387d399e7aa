import type { CatalogEvent } from "../../../core/catalog/catalog.ts";
import type { Group, Healthcheck, Member } from "../../../core/catalog/targets/group.ts";
import { healthBounds } from "../../../core/catalog/targets/group-bounds.ts";
import { targetOrderOf } from "../../../core/catalog/targets/order.ts";
import { Outages, preferred } from "../../../core/catalog/targets/outages.ts";
import type { Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { durationMs } from "../../../core/kernel/duration-ms.ts";
import type { AttemptServices, ExecuteWithServices, Execution } from "../../../core/operations/execution.ts";
import { type Connect, tcpConnect } from "../../clients/tcp-connect.ts";
import { withTimeout } from "../within-time.ts";

/** An attempt at a job whose event names a group. */
export interface GroupCall {
  services: AttemptServices;
  execute: ExecuteWithServices;
  execution: Execution;
  found: Omit<CatalogEvent, "env" | "group"> & { group: Group };
}

/** What a process knows of the targets of groups. */
export interface TargetHealth {
  /** The members in the order in which a job should try them now, and the names of those that would otherwise come earlier. */
  ordered(call: GroupCall): Promise<{ order: Member[]; leftOut: string[] }>;
  /** A member has failed: the others are preferred to it for a minute, or for as long as its Retry-After says. */
  failed(call: GroupCall, member: Member, retryAfterMs?: number): void;
  /** A member has worked. */
  worked(call: GroupCall, member: Member): void;
}

/** Remembers failures for as long as the process lives. `connect` is for healthchecks by TCP. */
export function makeTargetHealth(connect: Connect = tcpConnect): TargetHealth {
  const outages = new Outages();
  const checks = new Checks(outages, connect);
  return {
    async ordered(call) {
      const { job, clock } = call.execution;
      const order = targetOrderOf(call.found.group, `${job.id}/${job.run}/${job.attempt}`);
      const untilOf = (member: Member) => outages.until(memberKeyOf(call, member), clock.now());
      // The first one decides whether the job starts well; one that is left out may be back.
      const asked = order.filter((member, i) => i === 0 || untilOf(member) !== undefined);
      await Promise.all(asked.map((member) => checks.refresh(call, member)));
      return preferred(order, untilOf);
    },
    failed: (call, member, retryAfterMs) =>
      outages.failed(memberKeyOf(call, member), call.execution.clock.now(), retryAfterMs),
    worked: (call, member) => outages.isBack(memberKeyOf(call, member)),
  };
}

const memberKeyOf = ({ execution: { job }, found: { group } }: GroupCall, { name }: Member): string =>
  `${job.product}/${job.env}/${group.section}/${name}`;

/** The healthchecks of a process. Jobs that come at the same time share one. */
class Checks {
  readonly #last = new Map<string, { at: number; done: Promise<void> }>();
  readonly #outages: Outages;
  readonly #connect: Connect;

  constructor(outages: Outages, connect: Connect) {
    this.#outages = outages;
    this.#connect = connect;
  }

  async refresh(call: GroupCall, member: Member): Promise<void> {
    const { clock, job } = call.execution;
    const check = checkIn(member.healthcheck, job);
    if (!check) return;
    const key = memberKeyOf(call, member);
    const every = check.every === undefined ? healthBounds.everyMs : durationMs(check.every);
    const last = this.#last.get(key);
    if (last && clock.now() - last.at < every) return last.done;
    const done = this.#ask(call, member, check).then((isUp) =>
      isUp ? this.#outages.isBack(key) : this.#outages.failed(key, clock.now()),
    );
    this.#last.set(key, { at: clock.now(), done });
    return done;
  }

  /** Whether a member passes its check within a second. */
  async #ask(call: GroupCall, member: Member, check: Check): Promise<boolean> {
    try {
      await withTimeout(call.execution.clock, healthBounds.longestMs, (signal) =>
        check.action === undefined ? this.#reach(check.tcp, signal) : actOn(call, member, check.action, signal),
      );
      return true;
    } catch (error) {
      const code = error instanceof JobError ? error.code : "CONNECTION_ERROR";
      call.services.log.warn("a target does not pass its healthcheck", { target: member.name, code });
      return false;
    }
  }

  #reach(tcp: string, signal: AbortSignal): Promise<void> {
    const [, host = "", port = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(tcp) ?? [];
    return this.#connect(host, Number(port), signal);
  }
}

/** A check in one env. */
type Check = { every: Healthcheck["every"] } & ({ action: string } | { action?: never; tcp: string });

/** Nothing is checked in an env for which the check has no place. */
function checkIn(check: Healthcheck | undefined, { env }: Job): Check | undefined {
  if (!check) return undefined;
  const { every } = check;
  if ("action" in check) return { action: check.action, every };
  const tcp = typeof check.tcp === "string" ? check.tcp : check.tcp[env];
  return tcp === undefined ? undefined : { tcp, every };
}

/** Runs an action of a target without an input. Its result is of no interest. */
async function actOn(
  { services, execute, execution, found }: GroupCall,
  { name, target }: Member,
  action: string,
  signal: AbortSignal,
): Promise<void> {
  const event = { ...found.event, [found.definition.targetField]: name, action };
  const deadline = Math.min(execution.deadline, execution.clock.now() + healthBounds.longestMs);
  await execute({ ...execution, event, target, input: {}, progress: undefined, signal, deadline }, services);
}
