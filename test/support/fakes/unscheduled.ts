import { comparePositions } from "../../../lambdas/core/job/index-position.ts";
import { messageTime } from "../../../lambdas/core/job/job.ts";
import { shardOf } from "../../../lambdas/core/job/job-id.ts";
import { type KeptMessage, keptShards, type Unscheduled } from "../../../lambdas/core/ports/unscheduled.ts";

const nameOf = ({ message }: KeptMessage) =>
  JSON.stringify([message.job_id, message.run, message.attempt, messageTime(message)]);
const positionOf = ({ message }: KeptMessage) => ({ id: message.job_id, time: messageTime(message) });
const inOrder = (a: KeptMessage, b: KeptMessage) => comparePositions("asc")(positionOf(a), positionOf(b));

/** Kept messages in memory. */
export function fakeUnscheduled(): Unscheduled & { kept: Map<string, KeptMessage> } {
  const messages = new Map<string, KeptMessage>();
  return {
    kept: messages,
    async hold(one) {
      messages.set(nameOf(one), structuredClone(one));
    },
    async page({ shard, until, limit }, after) {
      const found = [...messages.values()]
        .filter(({ message }) => shardOf(message.job_id, keptShards) === shard && messageTime(message) <= until)
        .sort(inOrder)
        .filter((one) => after === undefined || inOrder(one, after) > 0);
      const kept = structuredClone(found.slice(0, limit));
      const last = kept.at(-1);
      return { kept, ...(last && found.length > limit && { next: last }) };
    },
    async remove(kept) {
      for (const one of kept) messages.delete(nameOf(one));
    },
  };
}
