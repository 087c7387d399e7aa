import * as deletePin from "../../lambdas/api/routes/delete-limit-pin.ts";
import * as putLimit from "../../lambdas/api/routes/put-limit.ts";
import type { HttpRequest, HttpResponse } from "../../lambdas/aws/http/route.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import type { LimitRule } from "../../lambdas/core/limits/limit-rule.ts";
import { cancel, changeJob, deleteJob, reschedule } from "../../lambdas/core/operations/change-job.ts";
import { scheduleRequest } from "../../lambdas/core/operations/schedule-requests.ts";
import type { ApiServices } from "../../lambdas/core/operations/services.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import type { World } from "./adversary.ts";
import { isWaiting } from "./ledger.ts";
import { lineEvents } from "./lines.ts";
import { canary } from "./observer.ts";
import type { Request } from "./requests.ts";
import type { System } from "./system.ts";

/** How many jobs of each event come at about the same time. */
const crowds: Record<string, [from: number, to: number]> = {
  fast: [40, 90],
  slow: [4, 10],
  wide: [20, 45],
  few: [6, 14],
  joined: [4, 8],
  twice: [6, 12],
  paced: [4, 10],
  lent: [8, 20],
};
/** The same of limits by key, which come in other histories. */
const keyedCrowds: typeof crowds = { tenant: [25, 50], visits: [40, 80] };

/** The numbers that take the place of a limit's, by a pin or a deployment. */
const others: Record<string, LimitRule[]> = {
  quick: [{ rate: { limit: 50, period: "1s" } }, { rate: { limit: 400, period: "1s" } }],
  tenant: [{ concurrency: 1 }, { concurrency: 4 }],
  visits: [{ rate: { limit: 1, period: "1s" } }],
  fast: [{ rate: { limit: 2, period: "1s" } }, { rate: { limit: 30, period: "1s", burst: 5 } }],
  slow: [{ rate: { limit: 1, period: "1s" } }, { rate: { limit: 1, period: "30s" } }],
  wide: [{ concurrency: 3 }, { concurrency: 30 }, { concurrency: 13 }],
  few: [{ concurrency: 1 }, { concurrency: 5 }],
  paced: [{ rate: { limit: 2, period: "1s" } }],
  lent: [
    { concurrency: 1, rate: { limit: 2, period: "1s" } },
    { concurrency: 2, rate: { limit: 5, period: "1s" } },
  ],
};

const http = { id: "req-1", query: {}, headers: {}, scopes: allScopes, caller: "simulation", kept: {} };

/** Crowds of jobs that stand in the lines of some limits, and people who cancel and move them and change the limits meanwhile. */
export function lineRequests(world: World, system: System, create: (request: Request) => unknown): void {
  const { time, lines, hardship, observer } = world;
  if (!lines) return;
  const { random } = lines;
  const at = (ms: number, happen: () => unknown) => time.after(ms, () => void happen());
  const { kind } = lines;
  const events = {
    ...{ long: ["fast"], changed: ["wide", "slow", "few"], quick: ["quick"], keyed: Object.keys(keyedCrowds) },
    mixed: random.some(Object.keys(crowds)),
  }[kind];
  let n = 0;

  function ask(event: string, more: object = {}) {
    create(requestFor(event, more));
  }

  const requestFor = (event: string, more: object) =>
    ({
      product_tag: "sim",
      env: "e",
      event,
      input: { body: { secret: canary } },
      start_at: 0,
      retries: 1,
      timeout_ms: 3000 + Math.min(20_000, hardship.patience),
      idempotency_key: `line-${n++}`,
      ...more,
    }) as Request;

  /** A line of some seconds. */
  function quickCrowd(): [number, number] {
    const { rate } = lines?.limitNow("quick") ?? {};
    const many = (rate?.limit ?? 0) * random.int(6, 7);
    return [many, many + 100];
  }

  /** Whose job it is, where lines go by that. */
  function whose() {
    if (kind !== "keyed") return {};
    const body = { secret: canary, who: random.pick(["ada", "bob", "cleo"]), team: random.pick(["red", "blue"]) };
    return { input: { body } };
  }

  const comeWithin = { keyed: 30_000, quick: 1000, mixed: 4000, long: 4000, changed: 4000 }[kind];
  for (const event of events) {
    const [from, to] =
      kind === "long"
        ? [160, 220]
        : kind === "quick"
          ? quickCrowd()
          : ((crowds[event] ?? keyedCrowds[event]) as [number, number]);
    // Where most calls fail, a job takes many of them.
    const share = (kind === "changed" ? 2 : 1) * (lines.isCalm ? 1 : 0.25);
    const begins = random.int(0, 20_000);
    for (let i = Math.ceil(share * random.int(from, to)); i > 0; i--) {
      const priority = random.chance(0.05) ? { priority: random.int(-20, 20) } : {};
      at(begins + random.int(0, comeWithin), () => ask(event, { ...priority, ...whose() }));
    }
    // Somebody cancels and moves some of them, or all that wait.
    if (random.chance(0.4)) at(begins + random.int(3000, 20_000), () => changeSome(event, random.pick([0.3, 1])));
    if (kind === "changed") at(begins + random.int(2000, 6000), () => changeLimit(event));
    else if (random.chance(0.5)) at(begins + random.int(1000, 25_000), () => changeLimit(event));
  }
  if (kind === "keyed")
    for (const [i, field] of random.pick([["team"], ["team", "who"]] as const).entries())
      at(15_000 + i * 12_000 + random.int(0, 5000), () => deployKey(field));
  if (kind === "mixed" && random.chance(0.5)) settle();

  /** Requests that share jobs, again and again, as long as a line stands. */
  function settle() {
    for (let second = 0; second < 60; second += 4)
      for (const user of ["a", "b", "c"]) at(second * 1000 + random.int(0, 900), () => askSettled(user));
  }

  /** Whoever gets no answer asks no more: another request comes soon. */
  async function askSettled(user: string) {
    const { services, end } = system.invoke("api", "api of a line");
    const request = requestFor("settled", { input: { body: { secret: canary, user } } });
    const accepted = parseRequest(request, services.catalog, services.clock.now());
    await scheduleRequest(services, accepted).then(
      () => observer.cover("line: debounced"),
      () => observer.cover("line: refused"),
    );
    end(150);
  }

  async function changeSome(event: string, share: number) {
    const waiting = system.jobs.all().filter((job) => job.event === event && isWaiting(job));
    const running = system.jobs.all().filter((job) => job.event === event && job.status === "running");
    for (const job of waiting) if (random.chance(share)) void change(job, random.chance(0.8) ? "cancel" : "reschedule");
    // Its attempt goes on, with its slots.
    for (const job of running) if (random.chance(0.3)) void change(job, "cancel").then(() => change(job, "delete"));
  }

  async function change({ id }: Pick<Job, "id">, what: "cancel" | "reschedule" | "delete") {
    const { services, end } = system.invoke(what === "delete" ? "delete" : "change", `${what} ${id.slice(-6)}`);
    try {
      const job = system.jobs.peek(id);
      if (what === "delete" && job && isFinished(job)) await deleteJob(services, id);
      if (what === "cancel") await changeJob(services, id, cancel("by request"));
      if (what === "reschedule")
        await changeJob(services, id, reschedule({ due_at: time.now() + random.int(1000, 60_000) }));
      observer.cover(`line: ${what}`);
    } catch {
      observer.cover(`line: ${what} refused`);
    }
    end();
  }

  function changeLimit(event: string) {
    const limit = random.pick(lineEvents[event] as string[]);
    const rule = random.pick(others[limit] as LimitRule[]);
    if (kind === "changed" || random.chance(0.5)) return pin(limit, rule);
    const isRemoved = random.chance(0.3);
    deploy(limit, isRemoved ? undefined : rule);
  }

  function deploy(limit: string, rule: LimitRule | undefined) {
    observer.cover(rule ? "line: other numbers are deployed" : "line: a limit leaves the catalog");
    observer.note(() => `${limit} is deployed as ${JSON.stringify(rule)}`);
    const how = lines?.limitNow(limit) ? "deployment" : "round";
    // A pin holds in place of what is deployed meanwhile.
    const known = pinned.has(limit) && rule ? undefined : lines?.change(limit, rule ?? {}, time.now(), how);
    lines?.deploy(limit, rule);
    known?.();
  }

  function deployKey(field: "who" | "team") {
    observer.cover("line: a limit has another key");
    observer.note(() => `limits are deployed with a line for each ${field}`);
    lines?.deployKey(field, time.now());
  }

  /** The pins that hold, by limit: the last one of each. */
  const pinned = new Map<string, symbol>();

  async function pin(limit: string, rule: LimitRule) {
    observer.cover("line: a limit is pinned");
    observer.note(() => `${limit} is pinned to ${JSON.stringify(rule)}`);
    const lasts = random.int(20_000, 90_000);
    const until = time.now() + lasts;
    const params = { product: "sim", env: "e", name: limit };
    // What has left the catalog cannot be pinned.
    const isThere = lines?.limitNow(limit) !== undefined;
    const known = isThere ? lines?.change(limit, rule, time.now(), "pin") : undefined;
    const own = Symbol(limit);
    const endAs = (how: "pin" | "round") => {
      pinned.delete(limit);
      return lines?.change(limit, lines.limitNow(limit) ?? {}, time.now(), how);
    };
    if (isThere) {
      pinned.set(limit, own);
      // Its time may be over before a request that hangs is answered.
      time.after(lasts, () => pinned.get(limit) === own && endAs("round")?.());
    }
    await call("pin", putLimit.handle, { params, body: { ...rule, until } });
    known?.();
    const isUnpinned = random.chance(0.5);
    if (!isThere || !isUnpinned) return;
    const unpin = async () => {
      const known = endAs("pin");
      await call("unpin", deletePin.handle, { params, body: undefined });
      known?.();
    };
    time.after(Math.max(0, until - time.now()) - 10_000, () => void unpin());
  }

  /** Whoever gets no answer asks again. */
  async function call(
    what: string,
    handle: (services: ApiServices, request: HttpRequest) => Promise<HttpResponse>,
    asked: Pick<HttpRequest, "params" | "body">,
    more = 20,
  ): Promise<void> {
    const { services, end } = system.invoke("change", what);
    const answer = handle(services as unknown as ApiServices, { ...http, ...asked }).then(
      () => true,
      () => false,
    );
    const isDone = await Promise.race([answer, time.sleep(29_000).then(() => false)]);
    end(400);
    if (isDone || more === 0) return;
    await time.sleep(2000);
    return call(what, handle, asked, more - 1);
  }
}
