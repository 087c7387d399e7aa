import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DeadLetter, DeadLetters } from "../../core/ports/dead-letters.ts";
import { deadLetter, textAttribute } from "./dead-letter.ts";
import { sendInBatches } from "./send-in-batches.ts";

/** A dead-letter queue. A message has what was refused as its body, and the reason as attributes. */
export const sqsDeadLetters = ({ client, url }: { client: SQSClient; url: string }): DeadLetters => ({
  keep: (letters) => sendInBatches(client, url, letters.map(deadMessageOf)),
});

const deadMessageOf = ({ body, code, detail }: DeadLetter) =>
  deadLetter(JSON.stringify(body ?? null), code, { code: textAttribute(code), detail: textAttribute(detail, 4096) });
