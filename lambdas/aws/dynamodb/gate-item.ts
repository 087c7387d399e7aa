import type { GateName, GatePart, Holder, PartState, Reservation } from "../../core/flow/gate.ts";
import type { Waiter } from "../../core/ports/gates.ts";
import { gatePrefix, partitionKey, phaseIndex, pinsPrefix, sortKey, ttlAttribute } from "../../topology.ts";
import { fromAttributes, toAttributes } from "./attributes.ts";
import { type Item, timeKey } from "./job-item.ts";

type Tenant = Pick<GateName, "product" | "env">;

/** Tags contain no `#`, and the key comes last, so the partition is unambiguous whatever the key has. */
export const gatePartition = ({ product, env, limit, key }: GateName): string =>
  `${gatePrefix}${product}#${env}#${limit}#${key}`;

export function gateOf(item: Item): GateName {
  const [product = "", env = "", limit = "", ...key] = (item[partitionKey]?.S ?? "")
    .slice(gatePrefix.length)
    .split("#");
  return { product, env, limit, key: key.join("#") };
}

/** Parts sort before waiters, so that one query reads both. No sort key is that of a job, for which the stream's filter looks. */
const partPrefix = "PART#";
export const waiterPrefix = "WAIT#";

export const partKey = (part: GatePart): Item =>
  toAttributes({
    [partitionKey]: gatePartition(part),
    [sortKey]: `${partPrefix}${String(part.part).padStart(3, "0")}`,
  });

export const waiterSortKey = ({ order, job }: Pick<Waiter, "order" | "job">): string =>
  `${waiterPrefix}${timeKey(order)}#${job}`;

export const waiterKey = (gate: GateName, at: Pick<Waiter, "order" | "job">): Item =>
  toAttributes({ [partitionKey]: gatePartition(gate), [sortKey]: waiterSortKey(at) });

export const pinsKey = ({ product, env }: Tenant): Item =>
  toAttributes({ [partitionKey]: `${pinsPrefix}${product}#${env}`, [sortKey]: "PINS" });

/** The index partition of the gates of a tenant that are marked: the reconciler finds them there without a scan. */
export const crowdedPartition = ({ product, env }: Tenant): string => `${product}#${env}#gates#0`;
export const crowdedSortKey = ({ limit, key }: Pick<GateName, "limit" | "key">): string => `${limit}#${key}`;

/** The attributes of a place for a reservation: two and not a map, since an expression cannot copy an attribute into a map. */
export const reservationAttributes = (place: string) => ({ who: `${place}w`, tat: `${place}t` });

const jobId = /^job_/;
const reservedBy = /^r\dw$/;

export const isPart = (item: Item): boolean => item[sortKey]?.S?.startsWith(partPrefix) ?? false;
export const partNumber = (item: Item): number => Number(item[sortKey]?.S?.slice(partPrefix.length));

export function partOf(item: Item): PartState {
  const fields = fromAttributes(item);
  const { n = 0, tat, waiting } = fields as { n?: number; tat?: number; waiting?: string };
  const holders: Record<string, Holder> = {};
  const reserved: Record<string, Reservation> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (jobId.test(name)) holders[name] = value as Holder;
    if (!reservedBy.test(name)) continue;
    const place = name.slice(0, -1);
    reserved[place] = { who: value as string, tat: fields[reservationAttributes(place).tat] as number };
  }
  return { holders, count: n, reserved, ...(tat !== undefined && { tat }), ...(waiting !== undefined && { waiting }) };
}

const tableFields = new Set<string>([partitionKey, sortKey, ttlAttribute, phaseIndex.partitionKey, phaseIndex.sortKey]);

export const waiterOf = (item: Item): Waiter => fromAttributes(item, tableFields) as unknown as Waiter;

/** The fields of an item that holds values under names of the catalog. */
export const ownFields = (item: Item): Record<string, unknown> => fromAttributes(item, tableFields);
