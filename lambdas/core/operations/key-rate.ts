import { RequestError } from "../kernel/request-error.ts";
import type { Clock } from "../ports/clock.ts";
import type { CallerCounts } from "../ports/waits.ts";

/** The length of the slots in which the requests of a key with a rate are counted, in milliseconds. */
export const rateSlotMs = 1000;

/**
 * Throws RATE_LIMITED once a key has sent its number of requests within a second of the clock. A key without a rate costs no call. If
 * AWS refuses the count, the request goes on: the stage's throttle stands before all keys.
 */
export async function requireRate(
  { requests, clock }: { requests: CallerCounts; clock: Pick<Clock, "now"> },
  { caller, rate }: { caller: string; rate?: number },
): Promise<void> {
  if (rate === undefined) return;
  const count = await requests.add(caller, clock.now()).catch(() => 0);
  if (count <= rate) return;
  const message = `This API key may send ${rate} ${rate === 1 ? "request" : "requests"} per second.`;
  throw new RequestError("RATE_LIMITED", message, { retryAfterSeconds: 1 });
}
