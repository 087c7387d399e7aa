import type * as z from "zod";
import { may, type Scopes } from "../access/scopes.ts";
import type { Tenant } from "../access/tenants.ts";
import type { Approval } from "../job/approval.ts";
import { isFinished, type Job } from "../job/job.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import type { Approvals } from "../ports/approvals.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { ApprovalSchema } from "./schemas/approvals.ts";

interface ListedApprovals {
  approvals: Approval[];
  /** The id after which the list goes on; absent at its end. A page that has lost some of its approvals may be short. */
  next?: string;
}

/**
 * A page of the open approvals of these tenants, in the order of their ids: those of runs that were made first come first. Each tenant is one
 * query, and a batch read of the jobs leaves out what is over.
 */
export async function listApprovals(
  { approvals, jobs }: { approvals: Pick<Approvals, "list">; jobs: Pick<JobStore, "getMany"> },
  tenants: readonly Tenant[],
  { limit, after, now }: { limit: number; after?: string | undefined; now: number },
): Promise<ListedApprovals> {
  const read = await inParallel(readsAtOnce, tenants, ({ product, env }) =>
    approvals.list(product, env, limit + 1, after),
  );
  const all = read.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
  const page = all.slice(0, limit);
  const found = page.length === 0 ? [] : await jobs.getMany([...new Set(page.map(({ job_id }) => job_id))]);
  const byId = new Map(found.map((job) => [job.id, job]));
  const last = all.length > limit ? page.at(-1) : undefined;
  return {
    approvals: page.filter((approval) => approval.until > now && isApprovalOpen(approval, byId.get(approval.job_id))),
    ...(last && { next: last.id }),
  };
}

const isApprovalOpen = ({ run, attempt }: Approval, job: Job | undefined): boolean =>
  job !== undefined && !isFinished(job) && job.run === run && job.attempt === attempt;

/** An approval as a key may see it. */
export function approvalView(
  { product, env, show, attempt: _attempt, ...approval }: Approval,
  scopes: Scopes,
): z.infer<typeof ApprovalSchema> {
  return { ...approval, product_tag: product, env, ...(may(scopes, "jobs:input", { product, env }) && { show }) };
}
