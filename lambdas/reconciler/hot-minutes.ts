import { traceOf } from "../core/kernel/errors.ts";
import type { Services } from "../core/operations/services.ts";
import { hotMinutesOf } from "../core/queries/upcoming.ts";

/** How far ahead hot minutes are looked for: time enough to raise what docs/operations/herds.md names. */
const aheadMs = 2 * 3_600_000;

/** How many minutes of the next two hours hold more jobs of a tenant than EventBridge Scheduler starts in a minute. */
export async function countHotMinutes(services: Services): Promise<number> {
  const { catalog, clock, log } = services;
  const tenants = catalog.products.flatMap(({ tag, envs }) => envs.map((env) => ({ product: tag, env })));
  try {
    const minutes = await hotMinutesOf(services, tenants, clock.now(), clock.now() + aheadMs);
    for (const minute of minutes) log.warn("a minute ahead holds more jobs than EventBridge Scheduler starts", minute);
    return minutes.length;
  } catch (error) {
    log.error("the jobs that are due ahead could not be counted", traceOf(error));
    return 0;
  }
}
