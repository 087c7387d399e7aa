import type { ExecuteWithServices } from "../../lambdas/core/operations/execution.ts";
import type { World } from "./adversary.ts";
import { type Ledger, nameOf } from "./ledger.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { Request } from "./requests.ts";
import type { Write } from "./write.ts";

/** What is published in the name of a user, and the feature that does so in its steps. */
export const [announcedEvent, tellEvent] = ["announced", "tell"];

/** In every token, and in no claim that anything refers to. */
const tokenMark = "mark-of-a-token";

/** A request with the token of a user, over the first minutes: most are good, some are refused, and some cannot be checked for now. */
export function signedRequest({ time, hardship }: World, random: Random): Request {
  const user = random.pick(["ada", "bob"]);
  const good = JSON.stringify({ sub: user, jti: tokenMark });
  const event = random.pick([announcedEvent, tellEvent]);
  return {
    product_tag: "sim",
    env: "e",
    event,
    input: event === tellEvent ? { of: user } : { message: { to: "$Session{user}{sub}", of: user } },
    session: { tag: "user", token: random.pick([good, good, good, `refused ${tokenMark}`, "later"]) },
    start_at: random.pick([0, time.now() + random.int(1, 5000), time.now() + random.int(5000, 3_600_000)]),
    retries: random.int(0, 2),
    timeout_ms: random.int(2000, 5000) + Math.min(20_000, hardship.patience),
    ...(random.chance(0.2) && { repeat: { every: 60_000, limit: 2 } }),
    idempotency_key: `signed-${random.next()}`,
  } as unknown as Request;
}

/** Each attempt has the claims of the token with which its job, or its feature, was requested. */
export const withClaims =
  (observer: Observer, execute: ExecuteWithServices): ExecuteWithServices =>
  async (execution, services) => {
    const { to, of } = (execution.input as { message: { to: unknown; of: unknown } }).message;
    observer.cover("a claim of a session is used");
    if (to !== of) observer.violated("sessions", `${nameOf(execution.job)} is told to ${to}, for ${of}`);
    return execute(execution, services);
  };

/** A job keeps the claims that are referred to, and never the token. */
export function tokensAreNotKept({ observer }: Ledger, { before, after }: Write) {
  if (before || !after.session) return;
  if (JSON.stringify(after).includes(tokenMark))
    observer.violated(9, `${nameOf(after)} keeps the token of its session`);
}
