import type { ImportCursor } from "../job/import-cursor.ts";

/** The imports in progress, each as a cursor that says how far it has come. */
export interface ImportQueue {
  /** Continues an import at its cursor, after 0 to 900 seconds. */
  proceed(cursor: ImportCursor, delaySeconds: number): Promise<void>;
}
