import type { Approval } from "../job/approval.ts";

/** The approvals that are open, by product and env. */
export interface Approvals {
  /** Notes that one is open. Noted again, it is there once. */
  open(approval: Approval): Promise<void>;
  /** It is not open any more. One that was not open counts as done. */
  close(approval: Pick<Approval, "product" | "env" | "id">): Promise<void>;
  get(product: string, env: string, id: string): Promise<Approval | undefined>;
  /** At most `limit` of those in a product's env, in the order of their ids, after the one with the id `after`. */
  list(product: string, env: string, limit: number, after?: string): Promise<Approval[]>;
}
