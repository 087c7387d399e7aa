import { type Catalog, ownValue } from "../catalog/catalog.ts";
import type { Job } from "../job/job.ts";
import type { GateName } from "../limits/gate.ts";
import { type LimitRule, ruleInForce } from "../limits/limit-rule.ts";
import type { Clock } from "../ports/clock.ts";
import type { Gates } from "../ports/gates.ts";

export interface Ruling {
  catalog: Catalog;
  gates: Gates;
  clock: Clock;
}

/** A gate that a job passes, and what its limit allows now. */
export interface RuledGate {
  gate: GateName;
  rule: LimitRule;
}

/**
 * The gates of a job in the order in which it passes them: first those that only have slots, then those with a rate, so that no
 * start is taken for a job that then finds no slot; each by name. A limit that has left the catalog holds no job back.
 */
export async function rulesOf(
  services: Ruling,
  job: Pick<Job, "product" | "env" | "gates">,
  options: { fresh?: boolean } = {},
): Promise<RuledGate[]> {
  const { product, env, gates = [] } = job;
  const limits = services.catalog.products.find(({ tag }) => tag === product)?.limits ?? {};
  const known = gates.filter(({ limit }) => ownValue(limits, limit) !== undefined);
  if (known.length === 0) return [];
  const pins = await services.gates.pins({ product, env }, options);
  const now = services.clock.now();
  const ruled = known.map(({ limit, key }) => ({
    gate: { product, env, limit, key },
    rule: ruleInForce(limits[limit] ?? {}, ownValue(pins, limit), now),
  }));
  return ruled.sort((a, b) => Number(!!a.rule.rate) - Number(!!b.rule.rate) || (a.gate.limit < b.gate.limit ? -1 : 1));
}

/** What the limit of one gate allows now; undefined once it has left the catalog. `fresh`: a pin of this moment counts already. */
export async function ruleAt(
  services: Ruling,
  gate: GateName,
  options: { fresh?: boolean } = {},
): Promise<LimitRule | undefined> {
  return (await rulesOf(services, { ...gate, gates: [gate] }, options))[0]?.rule;
}
