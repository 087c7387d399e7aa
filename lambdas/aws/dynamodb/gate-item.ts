import { defined } from "../../core/kernel/defined.ts";
import type { GateItem, GateItemState, GateName, Holder, LineMark } from "../../core/limits/gate.ts";
import type { Pump } from "../../core/limits/pump.ts";
import type { Waiter } from "../../core/ports/gates.ts";
import { gatePrefix, partitionKey, pinsPrefix, pumpPrefix, sortKey } from "../../topology.ts";
import { toAttributes } from "./attributes.ts";
import { type Item, timeKey } from "./job-item.ts";
import { type Codec, hasNeeded, readItem } from "./read-item.ts";

type GateTenant = Pick<GateName, "product" | "env">;

/** Tags contain no `#`, and the key comes last, so the name is unambiguous whatever the key has. */
const gateNameOf = ({ product, env, limit, key }: GateName): string => `${product}#${env}#${limit}#${key}`;

export const gatePartition = (gate: GateName): string => gatePrefix + gateNameOf(gate);

export function gateOf(item: Item): GateName {
  const [product = "", env = "", limit = "", ...key] = (item[partitionKey]?.S ?? "")
    .slice(gatePrefix.length)
    .split("#");
  return { product, env, limit, key: key.join("#") };
}

/** Parts sort before waiters, so that one query reads both. No sort key is that of a job, for which the stream's filter looks. */
export const partPrefix = "PART#";
export const waiterPrefix = "WAIT#";

export const partKey = (part: GateItem): Item =>
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
  toAttributes({ [partitionKey]: pumpPrefix + gateNameOf(gate), [sortKey]: "PUMP" });

export const pinsKey = ({ product, env }: GateTenant): Item =>
  toAttributes({ [partitionKey]: `${pinsPrefix}${product}#${env}`, [sortKey]: "PINS" });

/** The index partition of the gates of a tenant that are marked: the reconciler finds them there without a scan. */
export const crowdedPartition = ({ product, env }: GateTenant): string => `${product}#${env}#gates#0`;
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

export function gateItemStateOf(item: Item): GateItemState {
  const fields = readItem<PartFields>(item, { needed: {} });
  const { n = 0, tat, inc, peak } = fields;
  const holders = Object.entries(fields).flatMap(([name, value]) =>
    jobId.test(name) && isHolder(value) ? [[name, value] as const] : [],
  );
  const line = partNumber(item) === 0 ? lineMarkOf(fields) : undefined;
  return { holders: Object.fromEntries(holders), count: n, ...defined({ tat, inc, peak, line }) };
}

const isHolder = (value: unknown): value is Holder =>
  hasNeeded<Holder>(Object(value), { lease: "number", turn: "string" });

/** Holders stand beside these, by job id. */
type PartFields = Partial<Record<"n" | "tat" | "inc" | "peak", number>> & Record<string, unknown>;

/** Version 0.3 marked every part; only the mark of part 0 says anything now. */
function lineMarkOf(fields: object): LineMark | undefined {
  const named = Object.entries(markAttributes).map(([field, attribute]) => [field, Reflect.get(fields, attribute)]);
  const mark = defined(Object.fromEntries(named));
  return hasNeeded<LineMark>(mark, { id: "string" }) ? mark : undefined;
}

const waiterCodec: Codec<Waiter> = {
  needed: {
    ...{ job: "string", run: "number", attempt: "number" },
    ...{ due_at: "number", order: "number", since: "number" },
  },
};
const pumpCodec: Codec<Pump> = { needed: { called: "object", lag: "number", period: "number" } };

export const readWaiter = (item: Item): Waiter => readItem(item, waiterCodec);
export const pumpOf = (item: Item): Pump => readItem(item, pumpCodec);
