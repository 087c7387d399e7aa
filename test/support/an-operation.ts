import type { Operation } from "../../lambdas/core/job/operation.ts";
import { noon } from "./builders.ts";

/** An operation that has found nine jobs and changed four of them. */
export const anOperation = (more: Partial<Operation> = {}): Operation => ({
  id: "op_0123456789abcdef",
  ...{ product: "my-product", envs: ["prd"], action: "retry", filter: { status: ["failed"], event: "create_order" } },
  ...{ rate_per_second: 10, fingerprint: "f", made_by: "k:", actor: "k:", created_at: noon, reason: "a test" },
  ...{ state: "running", version: 1, turn: 4, not_before: noon, slot: 0, shards: 8, pos: 5, collected_at: noon },
  ...{ list: [{ turn: 1, n: 0, count: 9 }], sample: [], counts: { changed: 4, unchanged: 1, failed: 0 } },
  ...more,
});
