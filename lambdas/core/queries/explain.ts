import type * as z from "zod";
import { ownValue } from "../catalog/catalog.ts";
import type { Definitions } from "../catalog/job-type.ts";
import { sessionsOf } from "../catalog/sessions.ts";
import { groupShown } from "../catalog/targets/group-view.ts";
import { furtherQuartersFor, isHot, minuteMs, minuteOf, quarterOf } from "../job/due-time.ts";
import type { JobType } from "../job/job.ts";
import { derivedJobId } from "../job/job-id.ts";
import { claimsIn, type KeptSession } from "../job/kept-session.ts";
import type { Pause } from "../job/pause.ts";
import { type DispatchRoute, leadSpreadSeconds, quarterHourMs, routeAhead, schedulerLeadMs } from "../job/route.ts";
import { spread } from "../job/series.ts";
import { defined, pick } from "../kernel/defined.ts";
import { invalidRequest } from "../kernel/request-error.ts";
import type { Services } from "../operations/services.ts";
import type { AcceptedRequest } from "../requests/request.ts";
import { costOf, undoCostOf } from "./cost.ts";
import { fireTimes } from "./fire-times.ts";
import { pauseReference, wouldHold } from "./pause-view.ts";
import { retryTimetable } from "./retry-timetable.ts";
import type { ExplanationSchema } from "./schemas/explanation.ts";
import { undoPlan } from "./undo-plan.ts";

/** What a request for a job would do. Nothing is created. */
export type Explanation = z.infer<typeof ExplanationSchema>;

export const mostRuns = 10;

/** What the minute of a request holds already. */
interface MinuteLoad {
  /** The jobs of the same product and env that are counted in the minute. */
  jobs: number;
  furtherQuarters: number;
  isHot: boolean;
}

const emptyMinute: MinuteLoad = { jobs: 0, furtherQuarters: 0, isHot: false };

/** Reads what the minute of a request holds. A job that is due within 15 minutes is not counted, since it needs no schedule. */
export async function loadOf(
  { dueCounts, hot }: Pick<Services, "dueCounts" | "hot">,
  { product, env, due_at }: AcceptedRequest,
  now: number,
): Promise<MinuteLoad> {
  if (due_at - now <= quarterHourMs) return emptyMinute;
  const [quarter] = await dueCounts.read(quarterOf(due_at), quarterOf(due_at) + 1);
  const own = quarter?.minutes.find(
    (one) => one.product === product.tag && one.env === env && one.minute === minuteOf(due_at),
  );
  const jobs = own?.jobs ?? 0;
  const furtherQuarters = furtherQuartersFor(quarter?.jobs ?? 0, hot.startsPerSecond);
  return { jobs, furtherQuarters, isHot: isHot(jobs, hot.startsPerSecond) };
}

/** What a job would meet when it is due. */
interface Around {
  load?: MinuteLoad;
  pauses?: readonly Pause[];
  /** What the events are that undo the steps of a feature. Without it that is not said. */
  registry?: Definitions;
  /** The megabytes of consumers whose deployment sets another memory than that of their types. */
  memory?: Partial<Record<JobType, number>> | undefined;
}

/** Explains an accepted request with the same rules that would schedule it. A pure function. */
export function explain(
  asked: AcceptedRequest,
  now: number,
  { load = emptyMinute, pauses = [], registry, memory = {} }: Around = {},
): Explanation {
  if (asked.passed) throw invalidRequest(asked.passed);
  const request = withOffset(asked);
  const { product, env, tag, event, definition, due_at, timeout_ms, retries, retry_policy, repeat } = request;
  // The id of the job, and so its own part of the spread, is not known yet: this is the latest time.
  const ahead = schedulerLeadMs + load.furtherQuarters * quarterHourMs;
  const way = routeAhead(now, due_at, ahead);
  const held = wouldHold(
    pauses,
    { product: product.tag, env, event: tag, due_at, ...defined({ gates: request.gates }) },
    now,
  );
  const inputBytes = Buffer.byteLength(JSON.stringify(request.input));
  return {
    valid: true,
    job: {
      product_tag: product.tag,
      env,
      event: tag,
      type: event.type,
      target: { section: definition.section, name: String(event[definition.targetField]) },
      ...groupShown(request),
      due_at,
      recurring: repeat !== undefined,
      ...pick(request, ["timeout_ms", "retries", "retry_policy", "app", "repeat", "expires_at", "labels"]),
      ...pick(request, ["fairness_key", "priority", "debounce", "unique"]),
      input_bytes: inputBytes,
    },
    route: routeView(way, due_at - now, load),
    next_runs: fireTimes(due_at, repeat, mostRuns, product.calendars),
    retry_timetable: retryTimetable(retry_policy, retries, timeout_ms),
    estimated_cost: costOf({
      route: way,
      hops: Math.max(0, Math.ceil((way.via === "queue" ? due_at - now : ahead) / quarterHourMs) - 1),
      immediate: due_at <= now,
      inputBytes,
      memoryMb: memory[event.type] ?? definition.limits.memory_mb,
      sharedKey: (request.debounce ?? request.unique) !== undefined,
    }),
    ...defined({ undo: registry && undoOfRequest(request, registry, memory) }),
    ...defined({ notes: request.notes, session: request.kept_session && sessionView(request, request.kept_session) }),
    ...(held.length > 0 && { pauses: held.map(pauseReference) }),
  };
}

/** How the steps of a feature would be undone, and what that would cost. */
function undoOfRequest(
  { product, definition, target }: AcceptedRequest,
  registry: Definitions,
  memory: NonNullable<Around["memory"]>,
): Explanation["undo"] {
  const undos = undoPlan(definition.graph?.(target) ?? []);
  if (undos.length === 0) return undefined;
  const typeOf = (tag: string) => ownValue(product.jobs, tag)?.type;
  const memoryOf = (type: JobType = definition.type) => memory[type] ?? registry[type].limits.memory_mb;
  return {
    steps: undos.map(({ step, undo, undo_each, conditional }) => ({
      step,
      event: undo,
      ...defined({ each: undo_each }),
      ...(conditional && { conditional }),
    })),
    estimated_cost: undoCostOf({ undosMb: undos.map(({ undo }) => memoryOf(typeOf(undo))), featureMb: memoryOf() }),
  };
}

/** The offset of a series comes from the id of its job, which is known beforehand only if a key names it. */
function withOffset(request: AcceptedRequest): AcceptedRequest {
  const { product, env, idempotency_key: key, repeat, due_at, notes = [] } = request;
  if (repeat?.spread_ms === undefined) return request;
  if (key === undefined) return { ...request, notes: [...notes, anyOffset] };
  const own = spread(repeat, derivedJobId(product.tag, env, key));
  return { ...request, repeat: own, due_at: due_at + (own.offset_ms ?? 0) };
}

const anyOffset = {
  pointer: "/repeat/spread_ms",
  detail:
    "puts every run off by the same time below this, which depends on the id of the job: with an idempotency_key it is known beforehand, and the times shown here have it",
};

/** What was checked of a token, and the claims that would be used: their names only. */
function sessionView({ product, env }: AcceptedRequest, kept: KeptSession): NonNullable<Explanation["session"]> {
  const { issuer } = ownValue(ownValue(sessionsOf(product), kept.tag)?.envs ?? {}, env) ?? {};
  const checked = ["signature", "expiry", "audience", ...(issuer === undefined ? [] : ["issuer"])];
  const claims = [...claimsIn(kept).claims];
  const absent = claims.flatMap(([name, value]) => (value === undefined ? [name] : []));
  return { tag: kept.tag, checked, claims: claims.map(([name]) => name), ...(absent.length > 0 && { absent }) };
}

const minutes = quarterHourMs / minuteMs;

function routeView(way: DispatchRoute, remaining: number, load: MinuteLoad): Explanation["route"] {
  if (way.via === "queue")
    return { via: "queue", delay_seconds: way.delaySeconds, why: whyQueue(way.delaySeconds, remaining) };
  const schedule_at = way.at * 1000;
  return {
    via: "scheduler",
    schedule_at,
    schedule_from: schedule_at - (leadSpreadSeconds - 1) * 1000,
    jobs_in_minute: load.jobs,
    further_minutes: load.furtherQuarters * minutes,
    why: [
      `It is due in more than ${minutes} minutes: EventBridge Scheduler, which keeps to the minute and starts a limited number per second, delivers it ${schedulerLeadMs / 1000} s early or up to ${leadSpreadSeconds / 60} minutes more, and the queue restores the second.`,
      ...(load.furtherQuarters > 0
        ? [`Many jobs are due then: its message comes ${load.furtherQuarters * minutes} minutes earlier still.`]
        : []),
      ...(load.isHot
        ? ["Its minute holds more jobs than EventBridge Scheduler starts in a minute: see docs/operations/herds.md."]
        : []),
    ].join(" "),
  };
}

function whyQueue(delaySeconds: number, remaining: number): string {
  if (delaySeconds === 0) return "It is due now: it goes straight to the queue of its type.";
  if (remaining <= quarterHourMs)
    return `It is due within ${minutes} minutes: SQS hides its message until the second, the consumer waits for the rest.`;
  return `So many jobs are due then that EventBridge Scheduler could not start it in time: SQS holds its message, ${minutes} minutes at a time.`;
}
