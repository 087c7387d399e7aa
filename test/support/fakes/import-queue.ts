import type { ImportCursor } from "../../../lambdas/core/job/import-cursor.ts";
import type { ImportQueue } from "../../../lambdas/core/ports/ports.ts";

/** Delivers nothing and remembers where imports are to continue. */
export function fakeImportQueue(): ImportQueue & { sent: { place: ImportCursor; delaySeconds: number }[] } {
  const sent: { place: ImportCursor; delaySeconds: number }[] = [];
  return {
    sent,
    async proceed(place, delaySeconds) {
      sent.push({ place: structuredClone(place), delaySeconds });
    },
  };
}
