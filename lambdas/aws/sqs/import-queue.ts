import type { SQSClient } from "@aws-sdk/client-sqs";
import type { ImportCursor } from "../../core/job/import-cursor.ts";
import type { ImportQueue } from "../../core/ports/import-queue.ts";
import { importPrefix } from "../../topology.ts";
import { sqsMessages } from "./message-queue.ts";

/** The queue of imports, a standard queue that is fair among the folders of the imported objects. */
export function sqsImportQueue({ client, url }: { client: SQSClient; url: string }): ImportQueue {
  const queue = sqsMessages<ImportCursor>({ client, url });
  return {
    async proceed(cursor, delaySeconds) {
      const [folder = ""] = cursor.key.slice(importPrefix.length).split("/");
      await queue.send(cursor, { delaySeconds, group: folder });
    },
  };
}
