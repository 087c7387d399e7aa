import * as postJobsBatch from "../../lambdas/api/routes/post-jobs-batch.ts";
import { allScopes } from "../../lambdas/core/access/scopes.ts";
import { isFinished, type Job } from "../../lambdas/core/job/job.ts";
import { derivedJobId } from "../../lambdas/core/job/job-id.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { scheduleJob } from "../../lambdas/core/operations/schedule-job.ts";
import { withVerifiedSession } from "../../lambdas/core/operations/schedule-requests.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import type { World } from "./adversary.ts";
import { differs } from "./as-asked.ts";
import type { Invoked } from "./invocations.ts";
import { attemptOf, type Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";
import { events, type Request, randomRequest } from "./requests.ts";
import type { System } from "./system.ts";

/** API Gateway ends a request after this time; the caller gets a 5xx. */
const gatewayMs = 29_000;

/** Callers of the API that request jobs. `accepted` holds what they were promised, by job id. */
export function callers(world: World, ledger: Ledger, system: System, isPeaceful: boolean) {
  const { time, random, late, hardship, observer } = world;
  const accepted = new Set<string>();
  /** The last request that was accepted for each job. */
  const requests = new Map<string, Request>();
  /** The ids by idempotency key. */
  const byKey = new Map<string, string>();
  /** A receipt of an earlier job, which was deleted before its caller had it, promises nothing of the one that has its id now. */
  const promise = (id: string, createdAt?: number) => {
    accepted.add(id);
    const life = ledger.lifeOf(id);
    if (createdAt === undefined || createdAt === life.createdAt) life.isPromised = true;
  };
  // Swarm testing again (hardship.ts): the kinds of request that a history leaves out make room for the others.
  const asked = random.chance(0.5) ? events : random.some(events);

  const requestNow = (): Request => {
    const request = randomRequest(random, time.now(), hardship, asked, world.policies);
    return hardship.race > 0 && late.chance(hardship.race) ? { ...request, event: "race" } : request;
  };
  const keyOf = () => (random.chance(0.2) ? `shared-${random.int(1, 3)}` : `key-${random.next()}`);

  /** One job, requested twice by an impatient caller. */
  function request() {
    const request = { ...requestNow(), idempotency_key: keyOf() };
    void create(request);
    if (!random.chance(hardship.twice)) return;
    observer.cover("caller asks twice at once");
    time.after(random.int(0, 60), () => void create(request));
  }

  /** A caller that gets no answer, or a 503, repeats the request with the same key. */
  async function create(request: Request, more = 2) {
    const invoked = system.invoke("api", "api");
    const again = () => {
      if (more === 0) return;
      observer.cover("caller asks again");
      const pause = hardship.race > 0 ? late.int(50, 5000) : 5000;
      time.after(pause, () => void create(triedAgain(request, more), more - 1));
    };
    const cancel = time.after(gatewayMs, again);
    try {
      const { services } = invoked;
      const asked = parseRequest(request, services.catalog, services.clock.now());
      const job = await scheduleJob(services, await withVerifiedSession(services, asked));
      cancel();
      accept(job, request);
    } catch (error) {
      cancel();
      refused(error, request, invoked);
      if (error instanceof RequestError && error.code === "UNAVAILABLE") again();
    }
    invoked.end();
  }

  /** Step Functions sends another token with each try of a state. */
  const triedAgain = (request: Request, more: number): Request =>
    request.task_token === undefined ? request : { ...request, task_token: `${request.task_token}-${more}` };

  function accept(job: Job, request: Request) {
    const { idempotency_key: key, event, task_token } = request;
    const others = job.version === 1 ? differs(job, request, time.now() + hardship.skew, system) : [];
    if (job.event !== event || others.length > 0)
      observer.violated("request", `${job.id.slice(-6)} is not the job that was requested: ${others.join(", ")}`);
    observer.note(() => `accepted ${job.id.slice(-6)} (${job.event}), due in ${job.due_at - time.now()} ms`);
    if (key !== undefined) {
      if ((byKey.get(key) ?? job.id) !== job.id)
        observer.violated("data", `${job.id.slice(-6)} is the second job of its idempotency key`);
      byKey.set(key, job.id);
    }
    promise(job.id, job.created_at);
    requests.set(job.id, request);
    // When a late answer arrives, the job may have been deleted, and another may have its id.
    const stored = system.jobs.peek(job.id);
    const now = stored?.created_at === job.created_at ? stored : job;
    if (task_token !== undefined && !now.task_tokens?.includes(task_token))
      observer.violated(8, `${job.id.slice(-6)} was accepted, and does not know the task that waits for it`);
    // Whoever has moved the job meanwhile dispatches it for its new time, which may equal the old one for the run after it.
    const isWaiting = !isFinished(now) && now.run === job.run && now.due_at === job.due_at;
    const isFresh = isWaiting && job.claims === 0 && job.run === 1 && job.attempt === 1 && !key?.startsWith("shared");
    if (isFresh && !ledger.handedOver.has(attemptOf(job)))
      observer.violated("consumer", `${job.id.slice(-6)} was accepted, but no queue or schedule has its message`);
  }

  function refused(error: unknown, { idempotency_key: key }: Request, { invocation }: Invoked) {
    if (!(error instanceof RequestError)) throw error;
    observer.cover(`refused: ${error.code}${error.jobId ? " with job_id" : ""}`);
    const said = [error.message, ...error.faults.map(({ detail }) => detail)].join(" ");
    if (said.includes(canary)) observer.violated(9, `a refusal with ${error.code} shows a secret`);
    if (error.code !== "UNAVAILABLE" || error.jobId || key === undefined || key.startsWith("shared")) return;
    const id = derivedJobId("sim", "e", key);
    if (system.jobs.peek(id) && ledger.lifeOf(id).by === invocation)
      observer.violated("request", `${id.slice(-6)} was kept, although its caller got the answer that nothing was`);
  }

  /** Up to eight jobs in one request, most of them without a key. */
  async function createMany() {
    const jobs = Array.from({ length: random.int(1, 8) }, () => ({
      ...requestNow(),
      ...(random.chance(0.3) && { idempotency_key: keyOf() }),
    }));
    const { services, invocation, end } = system.invoke("api", "api batch");
    const request = {
      id: "req-1",
      body: { jobs },
      params: {},
      query: {},
      headers: {},
      scopes: allScopes,
      caller: "simulation",
      kept: {},
    };
    const { body } = await postJobsBatch.handle(services, request);
    const { results } = body as { results: { job?: { job_id: string }; error?: { code: string } }[] };
    if (JSON.stringify(results).includes(canary)) observer.violated(9, "the answer to a batch shows a secret");
    const unavailable = results.filter(({ error }) => error?.code === "UNAVAILABLE").length;
    if (isPeaceful && unavailable > invocation.refusedForGood)
      observer.violated(
        11,
        `${unavailable} jobs of a batch were refused, for ${invocation.refusedForGood} that were to be`,
      );
    for (const { job, error } of results) {
      observer.cover(job ? "batch: accepted" : `batch: ${error?.code}`);
      if (!job) continue;
      promise(job.job_id);
      const stored = system.jobs.peek(job.job_id);
      if (stored?.version === 1 && !ledger.handedOver.has(attemptOf(stored)))
        observer.violated(
          "consumer",
          `${stored.id.slice(-6)} of a batch was accepted, but no queue or schedule has its message`,
        );
    }
    end(12 * jobs.length);
  }

  /** After a job was deleted, somebody requests another one under its key. */
  function askAgain(id: string) {
    const request = requests.get(id);
    if (request) void create(request);
  }

  return { accepted, request, createMany, askAgain, promise, create };
}
