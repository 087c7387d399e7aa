import { type Pause, pauseId } from "../../lambdas/core/job/pause.ts";
import { noon } from "./builders.ts";

/** A pause of the builders' product that began a minute before noon. */
export function aPause(overrides: Partial<Pause> = {}): Pause {
  const pause = {
    product: "shop",
    reason: "maintenance",
    since: noon - 60_000,
    drain_per_second: 50,
    version: 1,
    ...overrides,
  };
  return { id: pauseId(pause), ...pause };
}
