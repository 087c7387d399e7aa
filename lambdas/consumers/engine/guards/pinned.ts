import { definitionId, definitionOf } from "../../../core/catalog/feature-definition.ts";
import { beginsRun, withDefinition } from "../../../core/job/transitions.ts";
import { type Guard, NotStarted } from "../context.ts";
import { changeClaimed } from "../fenced.ts";

/**
 * Behind all that ends the job, since it costs a write; before `late`, since a write takes time.
 *
 * A run keeps the definition that it begins with. It is written before the first decision starts anything: a run whose decider crashes,
 * and that another deployment goes on with, then follows the same one.
 */
export const pinned: Guard = async (running) => {
  const { services, engine, job } = running;
  if (!engine.policy.keepsDefinition || (job.definition !== undefined && !beginsRun(job))) return undefined;
  const found = services.catalog.lookup(job.product, job.event);
  // The attempt says so.
  if (found?.event.type !== job.type) return undefined;
  const definition = definitionOf(found);
  const id = definitionId(definition);
  const undoes = found.definition.undoes?.(found.target) ?? false;
  try {
    const { product, event } = job;
    const now = services.clock.now();
    const code = !("sequences" in Object(found.target)) ? { code_since: now } : {};
    await services.definitions.put(id, definition, { product, event }, now);
    const changed = await changeClaimed(services, job, (of) => withDefinition(of, id, undoes, code));
    if (!changed) return "lost";
    running.job = changed;
    return undefined;
  } catch (cause) {
    return new NotStarted("the definition of the run could not be kept", { cause });
  }
};
