import type { KeptEntry, RunLogName } from "../../../lambdas/core/job/run-log.ts";
import type { RunLogs } from "../../../lambdas/core/ports/run-logs.ts";

/** The logs of runs in memory. */
export function fakeRunLogs(): RunLogs {
  const appends = new Map<string, KeptEntry[]>();
  const parked = new Map<string, Set<string>>();
  const needed = new Map<string, number>();
  const jobOf = ({ job_id, created_at }: Pick<RunLogName, "job_id" | "created_at">) => `${job_id} ${created_at} `;
  const nameOf = (log: RunLogName) => `${jobOf(log)}${log.run} ${log.attempt} ${log.part} `;
  const of = (prefix: string) => [...appends].filter(([name]) => name.startsWith(prefix));
  return {
    async append(log, entries) {
      const [first] = entries;
      if (!first) return "appended";
      const name = nameOf(log) + first.n;
      if (appends.has(name)) return "taken";
      appends.set(name, structuredClone([...entries]));
      return "appended";
    },
    async read(log, after) {
      const begun = of(nameOf(log)).flatMap(([, entries]) => ((entries[0]?.n ?? 0) > after ? [entries] : []));
      begun.sort(([a], [b]) => (a?.n ?? 0) - (b?.n ?? 0));
      return structuredClone(begun.flat());
    },
    async remove(job) {
      const removed = of(jobOf(job));
      for (const [name] of removed) appends.delete(name);
      return removed.flatMap(([, entries]) =>
        entries.flatMap(({ value }) => (value && "blob" in value ? [value.blob] : [])),
      );
    },
    async park(product, job_id) {
      parked.set(product, new Set([...(parked.get(product) ?? []), job_id]));
    },
    parked: async (product, most) => [...(parked.get(product) ?? [])].sort().slice(0, most),
    async unpark(product, job_ids) {
      for (const id of job_ids) parked.get(product)?.delete(id);
    },
    async need({ sha256, until }) {
      needed.set(sha256, Math.max(until, needed.get(sha256) ?? 0));
    },
    needed: async () => [...needed].sort().map(([sha256, until]) => ({ sha256, until })),
    async forget({ sha256, until }) {
      return needed.get(sha256) === until && needed.delete(sha256);
    },
  };
}
