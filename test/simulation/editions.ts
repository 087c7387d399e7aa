import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type Catalog, type FoundEvent, makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import type { Step } from "./feature-rules.ts";
import { product } from "./product.ts";
import { type Random, seeded } from "./random.ts";

/** A history whose deployments change a feature while runs of it are under way. */
export interface Editing {
  random: Random;
  /** What is deployed now. */
  catalog(): Catalog;
  /** Deploys another edition, and returns its event. */
  deploy(edition: Edition): FoundEvent;
}

/** What a deployment says of the feature. Its steps carry the number, as a constant of the product. */
export interface Edition {
  number: number;
  steps: Step[];
}

/** The feature that deployments change. */
export const editedEvent = "edited";
/** An event that some deployments have no more: its steps wait for one that has it again. */
export const goneEvent = "gone";
const names = ["a", "b", "c", "d", "e"];

const isSeed = (seed: number): boolean => seed % 32 === 25 || seed % 32 === 8;

/** Few histories have edited features, so that the others stay as they are. */
export function editingOf(seed: number): Editing | undefined {
  if (!isSeed(seed)) return undefined;
  const random = seeded(seed ^ 0xed17);
  let catalog = catalogOf(drawn(random, 0));
  return {
    random,
    catalog: () => catalog,
    deploy(edition) {
      catalog = catalogOf(edition);
      return catalog.lookup("sim", editedEvent) as FoundEvent;
    },
  };
}

function catalogOf({ number, steps }: Edition): Catalog {
  const hasGone = steps.some(({ event }) => event === goneEvent) || number % 2 === 0;
  const jobs = { ...product.jobs, [editedEvent]: { type: "feature", feature: editedEvent } };
  const edited = {
    ...product,
    constants: { edition: number },
    jobs: hasGone ? { ...jobs, [goneEvent]: product.jobs.call } : jobs,
    features: { ...(product.features as object), [editedEvent]: { sequences: { main: steps } } },
  };
  return makeCatalog([edited as Product], registry);
}

/** Steps with names that other editions have too, in another order, with other events, and after other steps. */
export function drawn(random: Random, number: number): Edition {
  const shuffled = names.map((name) => ({ name, by: random.next() })).sort((a, b) => a.by - b.by);
  const some = shuffled.slice(0, random.int(2, 4)).map(({ name }) => name);
  const steps = some.map((step, i): Step => {
    const earlier = some.slice(0, i);
    return {
      event: random.pick(["call", "call", "other", goneEvent]),
      step,
      input: { body: { edition: "$Constant{edition}", step } },
      allow_fail: random.chance(0.7),
      ...(random.chance(0.3) && { delay: random.pick([1000, 90_000]) }),
      ...(random.chance(0.4) && { depends_on: earlier.filter(() => random.chance(0.5)) }),
    } as Step;
  });
  if (random.chance(0.6)) steps.splice(random.int(1, steps.length), 0, { step: "pause", wait: { for: 60_000 } });
  return { number, steps };
}
