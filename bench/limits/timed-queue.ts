import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { answering } from "../cost/answering.ts";
import { noCounts } from "../cost/counts.ts";
import { settings } from "../support/aws.ts";

interface Entry {
  MessageBody: string;
  DelaySeconds?: number;
}

/** As `lambdas/topology.ts` has it. */
const batchSize = 10;
const batchesAtOnce = 50;

/** A message that could not be handled comes again after this, in milliseconds. */
const againMs = 5000;

/** A client of SQS for one queue that is a timer in this process, and the event source that gives its messages to a consumer. */
export function timedQueue(consume: (event: SQSEvent) => Promise<SQSBatchResponse>) {
  const counts = noCounts();
  const visible: string[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let working = 0;
  let isStopped = false;

  function show(body: string, delayMs: number): void {
    // What is under way when the table goes away would come again for ever.
    if (isStopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      visible.push(body);
      receive();
    }, delayMs);
    timers.add(timer);
  }
  function receive(): void {
    while (visible.length > 0 && working < batchesAtOnce) {
      working++;
      void deliver(visible.splice(0, batchSize)).finally(() => {
        working--;
        receive();
      });
    }
  }
  async function deliver(bodies: string[]): Promise<void> {
    const Records = bodies.map((body, i) => ({ messageId: String(i), body }));
    const { batchItemFailures } = await consume({ Records } as SQSEvent);
    for (const { itemIdentifier } of batchItemFailures) show(bodies[Number(itemIdentifier)] as string, againMs);
  }
  const send = ({ MessageBody, DelaySeconds = 0 }: Entry) => show(MessageBody, 1000 * DelaySeconds);

  const client = answering(new SQSClient(settings), "sqs", () => counts, {
    SendMessage(input) {
      send(input as unknown as Entry);
      return {};
    },
    SendMessageBatch({ Entries }) {
      for (const entry of Entries as Entry[]) send(entry);
      return {};
    },
  });
  return {
    client,
    stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
