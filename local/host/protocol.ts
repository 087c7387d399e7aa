import type { CodeEntry } from "../../infra/bundle/code-entries.ts";
import type { Reference, TextOrReference } from "../../lambdas/core/catalog/references.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import type { FunctionName } from "../../lambdas/topology.ts";
import type { Address } from "./addresses.ts";
import type { FirstRequest } from "./first-request.ts";

/** What the host sends its child: an invocation of a handler, or the clock's offset. */
export type HostMessage = Invocation | { offset_ms: number };

/** An invocation of a handler. */
export interface Invocation {
  id: string;
  name: FunctionName;
  event: unknown;
  timeoutSeconds: number;
  memoryMb: number;
}

/** What a valid catalog needs the host to prepare. */
export interface CatalogNeeds {
  references: Reference[];
  /** S3 buckets that storages name. */
  buckets: TextOrReference[];
  /** Queues of SQS that brokers name. */
  queues: { name: string; region: string }[];
  /** Buses of EventBridge that brokers name. */
  buses: string[];
  /** What its jobs call. */
  addresses: Address[];
  /** What the banner shows how to schedule. */
  first?: FirstRequest | undefined;
  /** The functions in code of each product that has any. */
  code: Record<string, CodeEntry[]>;
  /** Packages that its targets need and that are not installed. */
  missing_packages: string[];
}

/** What the child sends: once, whether it is ready; then the outcome of each invocation, and each host that it did not call. */
export type ChildMessage =
  | { kind: "ready"; needs: CatalogNeeds }
  | { kind: "faults"; faults: Fault[] }
  | { kind: "broken"; error: string }
  | { kind: "refused"; host: string }
  | { kind: "result"; id: string; result?: unknown }
  | { kind: "error"; id: string; error: string };
