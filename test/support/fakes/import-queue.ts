import type { ImportCursor } from "../../../lambdas/core/job/import-cursor.ts";
import type { ImportQueue } from "../../../lambdas/core/ports/import-queue.ts";

/** Records messages without delivering them. */
export function fakeImportQueue(): ImportQueue & { sent: { cursor: ImportCursor; delaySeconds: number }[] } {
  const sent: { cursor: ImportCursor; delaySeconds: number }[] = [];
  return {
    sent,
    async proceed(cursor, delaySeconds) {
      sent.push({ cursor: structuredClone(cursor), delaySeconds });
    },
  };
}
