import type { QueueMessage } from "../../aws/lambda/intake-handler.ts";
import { ImportCursor } from "../../core/job/import-cursor.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import type { IntakeServices } from "../services.ts";
import { runImport } from "./run-import.ts";

/** Handles messages of the imports queue, one after the other. Returns the ids of those that have to be redelivered. */
export async function takeImports(
  services: IntakeServices,
  messages: readonly QueueMessage[],
  stopAt: number,
): Promise<string[]> {
  const again: string[] = [];
  for (const { id, body } of messages) {
    try {
      await runImport(services, ImportCursor.parse(JSON.parse(body)), stopAt);
    } catch (error) {
      services.log.error("an import could not continue; its message will be delivered again", {
        message_id: id,
        ...traceOf(error),
      });
      again.push(id);
    }
  }
  return again;
}
