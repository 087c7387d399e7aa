import type { SQSRecord } from "aws-lambda";

/** A message as SQS sends it. Binary attributes are base64. */
export interface ReceivedMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody: string;
  Attributes?: SQSRecord["attributes"];
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
}

/** A queue, for what takes its messages in this process. */
export interface Inbox {
  /** Waits for messages for at most so many seconds. */
  receive(most: number, waitSeconds: number): Promise<ReceivedMessage[]>;
  remove(receiptHandles: readonly string[]): Promise<void>;
}

/** The parts of a Fastify request and reply that fauxqs's router of SQS uses. */
interface SqsRequest {
  headers: Record<string, string>;
  body: object;
}
interface Reply {
  status(code: number): void;
  header(name: string, value: string): void;
}
export type SqsRoute = (request: SqsRequest, reply: Reply) => Promise<unknown>;

/**
 * Calls fauxqs's own handler of SQS. A poller of this process would else send itself two HTTP requests a message, which it would sign, send, parse
 * and answer: a third of what a message costs here.
 */
export function makeInbox(route: SqsRoute, QueueUrl: string): Inbox {
  const call = async (action: string, body: object): Promise<unknown> => {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` };
    let status = 200;
    const reply: Reply = {
      status(code) {
        status = code;
      },
      header() {},
    };
    const answer = await route({ headers, body: { QueueUrl, ...body } }, reply);
    if (status !== 200) throw new Error(`${action} was refused: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    async receive(MaxNumberOfMessages, WaitTimeSeconds) {
      const all = { MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] };
      const answer = await call("ReceiveMessage", { MaxNumberOfMessages, WaitTimeSeconds, ...all });
      return (answer as { Messages?: ReceivedMessage[] }).Messages ?? [];
    },
    async remove(handles) {
      const Entries = handles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle }));
      await call("DeleteMessageBatch", { Entries });
    },
  };
}
