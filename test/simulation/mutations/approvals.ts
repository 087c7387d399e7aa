import type { Mutation } from "./mutation.ts";

const approvals = "consumers/types/feature/approvals.ts";

export const ofApprovals: Mutation[] = [
  {
    name: "approvals: a decision that repeats asks again",
    seed: 817,
    at: `${approvals}#ask`,
    find: "stepJobId(job, step)",
    replace: "stepJobId(job, step + crypto.randomUUID())",
  },
  {
    name: "approvals: who could not be asked counts as asked",
    seed: 49,
    at: `${approvals}#askForApprovals`,
    find: "recipient: i, one })),\n        );",
    replace: "recipient: i, one })),\n        ).catch(() => {});",
  },
  {
    name: "approvals: what is decided stays in the list",
    seed: 20,
    at: `${approvals}#closeApprovals`,
    find: "approvals.close({ product, env, id })",
    replace: "Promise.resolve(id && product && env)",
  },
  {
    name: "approvals: a person's decision takes the place of another",
    seed: 52,
    at: "core/operations/decide-approval.ts#decideApproval",
    find: "const isOurs = there.id === message.id;",
    replace: "const isOurs = there !== undefined;",
  },
];
