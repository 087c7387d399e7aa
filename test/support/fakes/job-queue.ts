import { type JobMessage, type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import type { Calls } from "../../../lambdas/core/limits/pump.ts";
import type { JobQueue } from "../../../lambdas/core/ports/job-queue.ts";
import type { Refused } from "../../../lambdas/core/ports/refused.ts";

export interface Sent {
  type: JobType;
  message: JobMessage;
  delaySeconds: number;
  group: string;
  calls?: Calls;
}

/** A queue that delivers nothing and remembers what was sent, in order; replacing `send` changes `sendMany` too. */
export function fakeJobQueue(reach: readonly JobType[] = jobTypes): JobQueue & { sent: Sent[] } {
  const sent: Sent[] = [];
  const queue: JobQueue & { sent: Sent[] } = {
    sent,
    reach: new Set(reach),
    async send(type, message, { delaySeconds, group, calls }) {
      const own = calls && { calls: structuredClone(calls) };
      sent.push({ type, message: structuredClone(message), delaySeconds, group, ...own });
    },
    async sendMany(type, entries) {
      const refused: Refused[] = [];
      for (const [index, { message, ...options }] of entries.entries()) {
        await queue.send(type, message, options).catch((cause) => refused.push({ index, cause }));
      }
      return refused;
    },
  };
  return queue;
}
