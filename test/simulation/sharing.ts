import type { Job } from "../../lambdas/core/job/job.ts";
import type { SharedKey } from "../../lambdas/core/job/shared-key.ts";
import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { sharedKeyOf } from "../../lambdas/core/operations/schedule-requests.ts";
import { type SharedOutcome, scheduleShared } from "../../lambdas/core/operations/schedule-shared.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import type { World } from "./adversary.ts";
import { type Asked, attemptOf, isWaiting, type Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";
import { large } from "./outcomes.ts";
import { catalog, debounceMs } from "./product.ts";
import type { Random } from "./random.ts";
import { oneWaits } from "./sharing-rules.ts";
import type { System } from "./system.ts";

/** API Gateway ends a request after this time; the caller gets a 5xx. */
const gatewayMs = 29_000;

/** A request that many others of its key compete with reads, loses and reads again, up to 25 times. */
const mostCalls = 150;

/** The randomness of requests that share jobs. */
export interface Sharing {
  random: Random;
  /** Set if the requests are messages, which the intake reads some time after they were sent. */
  late?: Random;
}

/** Around the delay, and around the longest wait, of a debounced job. */
const latenesses = [0, 500, debounceMs.delay - 1, debounceMs.delay, 2 * debounceMs.delay, 60_000];

/**
 * Callers whose requests share jobs by a few keys, in bursts. They have their own randomness, so that histories without them stay
 * as they are.
 */
export function sharing(world: World, ledger: Ledger, system: System, promise: (id: string) => void, wanted: Sharing) {
  const { time, hardship, observer } = world;
  const { random, late } = wanted;
  ledger.shared.areMessages = late !== undefined;
  let n = 0;

  /** Each request has a number, by which the input of a job names its request. */
  function aRequest() {
    const event = random.pick(["soon", "soon", "only"]);
    n++;
    const body = { secret: canary, user: random.pick(["a", "b"]), n, ...(random.chance(0.1) && { pad: large }) };
    return {
      product_tag: "sim",
      env: "e",
      event,
      input: { body },
      retries: random.int(0, 2),
      timeout_ms: random.int(500, 5000) + Math.min(20_000, hardship.patience),
      ...(event === "only" && { unique: { on_conflict: random.pick(["skip", "replace", "cancel_running"]) } }),
      ...(event === "only" && random.chance(0.3) && { start_at: time.now() + random.int(1000, 60_000) }),
      ...(random.chance(0.6) && { idempotency_key: `shared ${n}` }),
    };
  }

  type Request = ReturnType<typeof aRequest>;

  /** A message that is delivered again asks for the same as when it was sent. */
  async function create(request: Request, first: Asked, sentAt: number | undefined, more = 2) {
    const invoked = system.invoke("api", "api sharing");
    const { services, end } = invoked;
    const began = time.now();
    // Without a key, a repetition is a request of its own.
    const asked = first.isKeyed ? first : { ...first, began };
    const again = () => {
      if (more > 0) time.after(random.int(50, 5000), () => void create(request, asked, sentAt, more - 1));
    };
    const cancel = time.after(gatewayMs, again);
    try {
      const accepted = parseRequest(request, catalog, sentAt ?? services.clock.now());
      const outcome = await scheduleShared(services, accepted, sharedKeyOf(accepted) as SharedKey);
      cancel();
      accept(outcome, request, asked);
    } catch (error) {
      cancel();
      if (!(error instanceof RequestError)) throw error;
      observer.cover(`sharing refused: ${error.code}`);
      if (error.message.includes(canary)) observer.violated(9, `a refusal with ${error.code} shows a secret`);
      if (error.code === "STATE_CONFLICT" && request.unique?.on_conflict !== "replace")
        observer.violated("shared", "a request that may do anything with the open job was refused");
      if (error.code === "UNAVAILABLE") again();
    }
    end(mostCalls);
  }

  function accept({ job, as, replaced }: SharedOutcome, request: Request, asked: Asked) {
    observer.cover(`sharing: ${as ?? (replaced ? "replaced" : "made")}`);
    observer.note(() => `accepted request ${asked.n} as ${job.id.slice(-6)}, ${as ?? "made"}`);
    if (job.event !== request.event) observer.violated("request", `${job.id.slice(-6)} is of another event`);
    const before = asked.isKeyed && asked.job && asked.job.id !== job.id ? asked.job : undefined;
    // Another request may have made its job under the id of one that was deleted.
    if (before && system.jobs.peek(before.id)?.created_at === before.created_at)
      observer.violated("data", `${job.id.slice(-6)} is the second job of its idempotency key`);
    if (as === "skipped" && request.unique?.on_conflict !== "skip")
      observer.violated("shared", `${job.id.slice(-6)} was answered to a request that was to replace it`);
    if (as !== "skipped") ledger.shared.taken.push(asked);
    // One whose job was deleted is a new request when it comes again.
    if (asked.job && asked.job.id !== job.id) asked.ended = time.now();
    asked.ended ??= time.now();
    asked.job = job;
    promise(job.id);
    checkHandedOver(job);
    const now = system.jobs.peek(job.id);
    if (now && ledger.lifeOf(job.id).isMadeAgain) oneWaits(ledger, now, system.jobs.all());
  }

  function checkHandedOver(job: Job) {
    const stored = system.jobs.peek(job.id);
    const isAsAnswered = stored?.version === job.version && stored.created_at === job.created_at;
    const isFresh = isAsAnswered && isWaiting(job) && job.claims === 0 && job.attempt === 1;
    if (isFresh && !ledger.handedOver.has(attemptOf(job)))
      observer.violated("consumer", `${job.id.slice(-6)} was accepted, but no queue or schedule has its message`);
  }

  /** Some requests of one moment, and an impatient caller among them. */
  function burst() {
    const behind = late?.pick(latenesses) ?? 0;
    if (behind >= debounceMs.delay) observer.cover("sharing: read later than the delay");
    for (let i = random.int(1, 5); i > 0; i--) {
      const sent = random.pick([0, 0, random.int(0, 100), random.int(0, 8000)]);
      const sentAt = late && time.now() + sent;
      const at = sent + behind + (late?.int(0, 200) ?? 0);
      const request = aRequest();
      const asked: Asked = { n, began: time.now() + at, isKeyed: request.idempotency_key !== undefined };
      time.after(at, () => void create(request, asked, sentAt));
      if (request.idempotency_key !== undefined && random.chance(hardship.twice))
        time.after(at + random.int(0, 60), () => void create(request, asked, sentAt));
    }
  }

  for (let i = random.int(2, 6); i > 0; i--) time.after(random.int(0, 120_000), burst);
}
