import type { JobStore } from "../../lambdas/core/ports/job-store.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import { Injected, type World } from "./adversary.ts";

/**
 * The store where answers to writes are lost. The SDK repeats the write, whose condition no longer holds, and the adapter looks
 * at what is there (aws/dynamodb/job-store.ts). A further change since then hides that the write was its own. In some histories all
 * repetitions of claims time out too, so that their consumers get errors.
 */
export function losingAnswers(
  store: JobStore,
  peek: FakeJobStore["peek"],
  { time, late, lossy, hardship, observer }: World,
): JobStore {
  async function isLost(method: string) {
    if (!late.chance(hardship.loseAnswer)) return false;
    observer.cover(`loses the answer to ${method}`);
    observer.note(() => `the answer to ${method} is lost`);
    await time.sleep(late.int(100, 8000));
    return true;
  }
  return {
    ...store,

    async create(job) {
      const answer = await store.create(job);
      return (await isLost("create")) ? store.create(job) : answer;
    },

    async claim(message, claim) {
      const answer = await store.claim(message, claim);
      if (answer.outcome === "claimed" && lossy?.chance(0.5)) {
        observer.cover("a claim was written, and its consumer gets an error");
        await time.sleep(lossy.pick([100, 12_000]));
        throw new Injected("claim timed out after it was written");
      }
      if (answer.outcome !== "claimed" || !(await isLost("claim"))) return answer;
      const again = await store.claim(message, claim);
      const job = peek(message.job_id);
      return job?.claim_id === claim.claimId ? { outcome: "claimed", job: structuredClone(job) } : again;
    },

    async replace(next, writeId) {
      const answer = await store.replace(next, writeId);
      const written = peek(next.id)?.write_id;
      if (answer === "lost" || !(await isLost("replace"))) return answer;
      await store.replace(next, writeId);
      return peek(next.id)?.write_id === written ? "replaced" : "lost";
    },

    async remove(job) {
      const answer = await store.remove(job);
      return answer === "removed" && (await isLost("remove")) ? store.remove(job) : answer;
    },
  };
}
