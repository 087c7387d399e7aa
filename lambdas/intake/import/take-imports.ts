import type { QueueMessage } from "../../aws/lambda/intake-handler.ts";
import { ImportCursor } from "../../core/job/import-cursor.ts";
import { OperationMessage } from "../../core/job/operation.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { goOnWithOperation } from "../../core/operations/go-on.ts";
import type { IntakeServices } from "../services.ts";
import { runImport } from "./run-import.ts";

/**
 * Handles messages of the imports queue, one after the other. Returns the ids of those that have to be redelivered. Operations on many jobs
 * go on by this queue too, since they are of the same kind: a slice of the work in each invocation, as long as it takes.
 */
export async function takeImports(
  services: IntakeServices,
  messages: readonly QueueMessage[],
  stopAt: number,
): Promise<string[]> {
  const again: string[] = [];
  for (const { id, body } of messages) {
    try {
      const message: unknown = JSON.parse(body);
      const turn = OperationMessage.safeParse(message).data;
      if (turn) await goOnWithOperation(services, turn);
      else await runImport(services, ImportCursor.parse(message), stopAt);
    } catch (error) {
      services.log.error("an import or an operation could not continue; its message will be delivered again", {
        message_id: id,
        ...traceOf(error),
      });
      again.push(id);
    }
  }
  return again;
}
