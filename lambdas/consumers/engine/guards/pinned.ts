import { definitionId, definitionOf } from "../../../core/catalog/feature-definition.ts";
import type { Job } from "../../../core/job/job.ts";
import { beginsAnew, beginsRun, sinceNow, withDefinition } from "../../../core/job/transitions.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type Guard, NotStarted } from "../context.ts";
import { changeClaimed } from "../fenced.ts";

/**
 * Behind all that ends the job, since it costs a write; before `late`, since a write takes time.
 *
 * A run keeps the definition that it begins with. It is written before the first decision starts anything: a run whose decider crashes,
 * and that another deployment goes on with, then follows the same one. One of code keeps the time at which it has begun, too.
 */
export const pinned: Guard = async (running) => {
  const { services, engine, job } = running;
  if (!engine.policy.keepsDefinition) return undefined;
  try {
    const change = await definitionChange(services, job);
    if (!change) return undefined;
    const changed = await changeClaimed(services, job, change);
    if (!changed) return "lost";
    running.job = changed;
    return undefined;
  } catch (cause) {
    return new NotStarted("the definition of the run could not be kept", { cause });
  }
};

/** What the run keeps from now on. Undefined if it keeps all of that already. */
async function definitionChange(services: ConsumerServices, job: Job): Promise<((job: Job) => Job) | undefined> {
  const now = services.clock.now();
  if (job.definition !== undefined && !beginsRun(job)) return beginsAnew(job) ? (of) => sinceNow(of, now) : undefined;
  const { product, event } = job;
  const found = services.catalog.lookup(product, event);
  // The attempt says so.
  if (found?.event.type !== job.type) return undefined;
  const definition = definitionOf(found);
  const id = definitionId(definition);
  const undoes = found.definition.undoes?.(found.target) ?? false;
  const code = !("sequences" in Object(found.target)) ? { code_since: now } : {};
  await services.definitions.put(id, definition, { product, event }, now);
  return (of) => withDefinition(of, id, undoes, code);
}
