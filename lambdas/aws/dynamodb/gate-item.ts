import { given } from "../../core/kernel/given.ts";
import type { GateName, GatePart, Holder, LineMark, PartState } from "../../core/limits/gate.ts";
import type { Pump } from "../../core/limits/pump.ts";
import type { Waiter } from "../../core/ports/gates.ts";
import { gatePrefix, partitionKey, phaseIndex, pinsPrefix, pumpPrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import { type Item, timeKey } from "./job-item.ts";

type Tenant = Pick<GateName, "product" | "env">;

/** Tags contain no `#`, and the key comes last, so the name is unambiguous whatever the key has. */
const nameOf = ({ product, env, limit, key }: GateName): string => `${product}#${env}#${limit}#${key}`;

export const gatePartition = (gate: GateName): string => gatePrefix + nameOf(gate);

export function gateOf(item: Item): GateName {
  const [product = "", env = "", limit = "", ...key] = (item[partitionKey]?.S ?? "")
    .slice(gatePrefix.length)
    .split("#");
  return { product, env, limit, key: key.join("#") };
}

/** Parts sort before waiters, so that one query reads both. No sort key is that of a job, for which the stream's filter looks. */
export const partPrefix = "PART#";
export const waiterPrefix = "WAIT#";

export const partKey = (part: GatePart): Item =>
  toAttributes({
    [partitionKey]: gatePartition(part),
    [sortKey]: `${partPrefix}${String(part.part).padStart(3, "0")}`,
  });

const waiterSortKey = ({ order, job }: Pick<Waiter, "order" | "job">): string =>
  `${waiterPrefix}${timeKey(order)}#${job}`;

export const waiterKey = (gate: GateName, at: Pick<Waiter, "order" | "job">): Item =>
  toAttributes({ [partitionKey]: gatePartition(gate), [sortKey]: waiterSortKey(at) });

/** A separate partition, since only the functions that call jobs may read it. */
export const pumpKey = (gate: GateName): Item =>
  toAttributes({ [partitionKey]: pumpPrefix + nameOf(gate), [sortKey]: "PUMP" });

export const pinsKey = ({ product, env }: Tenant): Item =>
  toAttributes({ [partitionKey]: `${pinsPrefix}${product}#${env}`, [sortKey]: "PINS" });

/** The index partition of the gates of a tenant that are marked: the reconciler finds them there without a scan. */
export const crowdedPartition = ({ product, env }: Tenant): string => `${product}#${env}#gates#0`;
export const crowdedSortKey = ({ limit, key }: Pick<GateName, "limit" | "key">): string => `${limit}#${key}`;

/** The attributes of a mark. `waiting` is the name that version 0.3 gave to it, and reads if a deployment goes back to it. */
export const markAttributes = {
  id: "waiting",
  emptyAt: "empty_at",
  nextCall: "next_call",
  promised: "promised",
  lag: "lag",
  lagSum: "lag_sum",
  lagCount: "lag_n",
  isTooLong: "too_long",
} as const satisfies Record<keyof LineMark, string>;

/** Other attributes of a part may be left from version 0.3: the reservations of its starts. */
const jobId = /^job_/;

export const isPart = (item: Item): boolean => item[sortKey]?.S?.startsWith(partPrefix) ?? false;
export const isWaiter = (item: Item): boolean => item[sortKey]?.S?.startsWith(waiterPrefix) ?? false;
export const partNumber = (item: Item): number => Number(item[sortKey]?.S?.slice(partPrefix.length));

export function partOf(item: Item): PartState {
  const fields = fromAttributes(item);
  const { n = 0, tat, inc, peak } = fields as Record<"n" | "tat" | "inc" | "peak", number | undefined>;
  const holders = Object.fromEntries(Object.entries(fields).filter(([name]) => jobId.test(name)));
  const line = partNumber(item) === 0 ? markOf(fields) : undefined;
  return { holders: holders as Record<string, Holder>, count: n, ...given({ tat, inc, peak, line }) };
}

/** Version 0.3 marked every part; only the mark of part 0 says anything now. */
function markOf(fields: Record<string, unknown>): LineMark | undefined {
  if (fields[markAttributes.id] === undefined) return undefined;
  const named = Object.entries(markAttributes).map(([field, attribute]) => [field, fields[attribute]]);
  return given(Object.fromEntries(named)) as unknown as LineMark;
}

const tableFields = new Set<string>([partitionKey, sortKey, ttlAttribute, phaseIndex.partitionKey, phaseIndex.sortKey]);

export const waiterOf = (item: Item): Waiter => fromAttributes(item, tableFields) as unknown as Waiter;
export const pumpOf = (item: Item): Pump => fromAttributes(item, tableFields) as unknown as Pump;

/** The fields of an item that holds values under names of the catalog. */
export const ownFields = (item: Item): Record<string, unknown> => fromAttributes(item, tableFields);
