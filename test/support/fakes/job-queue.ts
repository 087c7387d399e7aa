import type { JobMessage, JobType } from "../../../lambdas/core/job.ts";
import type { JobQueue } from "../../../lambdas/core/ports.ts";

export interface Sent {
  type: JobType;
  message: JobMessage;
  delaySeconds: number;
  group: string;
}

/** A queue that delivers nothing and remembers what was sent, in order. */
export function fakeJobQueue(): JobQueue & { sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    async send(type, message, { delaySeconds, group }) {
      sent.push({ type, message: structuredClone(message), delaySeconds, group });
    },
  };
}
