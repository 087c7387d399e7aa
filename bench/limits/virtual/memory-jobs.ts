import type { Job } from "../../../lambdas/core/job/job.ts";
import { afterClaim, claimable } from "../../../lambdas/core/job/transitions.ts";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import { only } from "../../support/only.ts";

/** Jobs in memory, with the rules of the real store, as far as one-time jobs need it. Jobs are replaced and never changed. */
export function memoryJobs(): JobStore {
  const jobs = new Map<string, Job>();
  return only<JobStore>("jobs", {
    shards: 8,
    async createMany(created) {
      for (const job of created) jobs.set(job.id, job);
      return [];
    },
    get: async (id) => jobs.get(id),
    getMany: async (ids) => [...new Set(ids)].flatMap((id) => jobs.get(id) ?? []),
    async claim(message, claim) {
      const job = jobs.get(message.job_id);
      if (!job) return { outcome: "gone" };
      const answer = claimable(job, message, claim.now, claim.type);
      if (answer !== "yes") return { outcome: answer, job };
      const next = afterClaim(job, claim);
      jobs.set(job.id, next);
      return { outcome: "claimed", job: next };
    },
    async replace(next, writeId = crypto.randomUUID()) {
      if (jobs.get(next.id)?.version !== next.version - 1) return "lost";
      jobs.set(next.id, { ...next, write_id: writeId });
      return "replaced";
    },
  });
}
