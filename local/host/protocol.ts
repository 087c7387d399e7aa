import type { Reference, TextOrReference } from "../../lambdas/core/catalog/references.ts";
import type { Fault } from "../../lambdas/core/errors.ts";
import type { FunctionName } from "../../lambdas/topology.ts";

/** What the host tells its child: to run a handler, or what the clock was moved by. */
export type HostMessage = Invocation | { offset_ms: number };

/** What the host asks of its child. */
export interface Invocation {
  id: string;
  name: FunctionName;
  event: unknown;
  timeoutSeconds: number;
  memoryMb: number;
}

/** What the child of a good catalog says of it, for the host to prepare. */
export interface CatalogNeeds {
  references: Reference[];
  /** S3 buckets that storages name. */
  buckets: TextOrReference[];
}

/** What the child says: once whether it can serve, then the outcome of each invocation. */
export type ChildMessage =
  | { kind: "ready"; needs: CatalogNeeds }
  | { kind: "faults"; faults: Fault[] }
  | { kind: "broken"; error: string }
  | { kind: "result"; id: string; result?: unknown }
  | { kind: "error"; id: string; error: string };
