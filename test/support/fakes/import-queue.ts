import type { ImportPlace } from "../../../lambdas/core/import-place.ts";
import type { ImportQueue } from "../../../lambdas/core/ports.ts";

/** Delivers nothing and remembers where imports are to go on. */
export function fakeImportQueue(): ImportQueue & { sent: { place: ImportPlace; delaySeconds: number }[] } {
  const sent: { place: ImportPlace; delaySeconds: number }[] = [];
  return {
    sent,
    async proceed(place, delaySeconds) {
      sent.push({ place: structuredClone(place), delaySeconds });
    },
  };
}
