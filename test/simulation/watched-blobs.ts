import type { BlobStore } from "../../lambdas/core/ports/blob-store.ts";
import { bundlesPrefix, runsPrefix } from "../../lambdas/topology.ts";
import type { FakeBlobStore } from "../support/fakes/blob-store.ts";
import type { FakeJobStore } from "../support/fakes/job-store.ts";
import { doingFor, type Invocation } from "./invocation.ts";
import type { Observer } from "./observer.ts";

/** The last writer of each blob. */
const writers = new WeakMap<BlobStore, Map<string, Invocation>>();

/**
 * Blobs as one invocation uses them: checks invariant 3 for them, and that no stored value ever changes. Whether a stored job
 * already names the blob does not matter: the moment at which a change would do harm is short, and some history hits it.
 */
export function watchedBlobs(
  blobs: FakeBlobStore,
  jobs: FakeJobStore,
  consumer: Invocation,
  observer: Observer,
): FakeBlobStore {
  const writerOf = writers.get(blobs) ?? new Map<string, Invocation>();
  writers.set(blobs, writerOf);
  return {
    ...blobs,
    async put(key, body, contentType) {
      const by = doingFor(consumer, /job_[0-9a-f]{32}/.exec(key)?.[0]);
      const kept = blobs.blobs.get(key);
      if (kept && Buffer.compare(kept.body, body) !== 0)
        observer.violated(3, `${by.what} has changed what is kept as ${key.slice(-60)}`);
      const other = writerOf.get(key);
      const isOurs = by.claim_id !== undefined && jobs.peek(by.job_id ?? "")?.claim_id === by.claim_id;
      const hasLost = by.claim_id !== undefined && !isOurs;
      if (hasLost) observer.cover("a consumer keeps something that has lost its claim");
      // What a run of code keeps, and its code, are named by their content, which was compared.
      const isByContent = key.startsWith(runsPrefix) || key.startsWith(bundlesPrefix);
      if (hasLost && !isByContent && other?.claim_id !== undefined && other !== by)
        observer.violated(3, `${by.what}, which has lost its claim, replaced what another one has kept`);
      writerOf.set(key, by);
      return blobs.put(key, body, contentType);
    },
  };
}
