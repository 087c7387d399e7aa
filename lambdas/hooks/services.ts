import type { SchedulingServices } from "../core/operations/services.ts";
import type { HookDeliveries } from "../core/ports/hook-deliveries.ts";
import type { Secrets } from "../core/ports/secrets.ts";

/** What a function needs that takes deliveries of hooks. */
export interface HookServices extends SchedulingServices {
  secrets: Secrets;
  /** What was delivered, for people. */
  hookDeliveries: Pick<HookDeliveries, "put">;
  /** Whether a hook's secrets may be read again, because none of those known has signed a delivery: guesses cost no call each. */
  mayReadAgain: (hook: string) => boolean;
}
