import type { ImportPlace } from "../../../lambdas/core/job/import-cursor.ts";
import type { ImportQueue } from "../../../lambdas/core/ports/ports.ts";

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
