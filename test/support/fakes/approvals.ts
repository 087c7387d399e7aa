import type { Approval } from "../../../lambdas/core/job/approval.ts";
import type { Approvals } from "../../../lambdas/core/ports/approvals.ts";

/** Open approvals in memory. */
export function fakeApprovals(): Approvals {
  const open = new Map<string, Approval>();
  const nameOf = ({ product, env, id }: Pick<Approval, "product" | "env" | "id">) => JSON.stringify([product, env, id]);
  return {
    async open(approval) {
      open.set(nameOf(approval), structuredClone(approval));
    },
    async close(approval) {
      open.delete(nameOf(approval));
    },
    get: async (product, env, id) => structuredClone(open.get(nameOf({ product, env, id }))),
    async list(product, env, limit, after = "") {
      const ofTenant = [...open.values()].filter((one) => one.product === product && one.env === env);
      const sorted = ofTenant.sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > after);
      return structuredClone(sorted.slice(0, limit));
    },
  };
}
