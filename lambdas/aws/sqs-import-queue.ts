import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { importPrefix } from "../core/import-place.ts";
import type { ImportQueue } from "../core/ports.ts";
import { messageGroup } from "./message-group.ts";

/** One standard queue; the group, the folder of the object, makes it a fair one. */
export const sqsImportQueue = ({ client, url }: { client: SQSClient; url: string }): ImportQueue => ({
  async proceed(place, delaySeconds) {
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(place),
        DelaySeconds: delaySeconds,
        MessageGroupId: messageGroup(place.key.slice(importPrefix.length).split("/")[0] as string),
      }),
    );
  },
});
