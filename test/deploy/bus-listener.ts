import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { region } from "./ministack.ts";

export interface BusEvent {
  source: string;
  "detail-type": string;
  detail: Record<string, unknown>;
}

export interface BusListener {
  /** The first event, past or future, that matches. */
  until(matches: (event: BusEvent) => boolean): Promise<BusEvent>;
}

export interface Settings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** A rule on a bus whose target is a queue that is read here. */
export async function listenOnBus(
  settings: Settings,
  EventBusName: string,
  name: string,
  pattern: object,
): Promise<BusListener> {
  const events = new EventBridgeClient(settings);
  const sqs = new SQSClient(settings);
  const Arn = `arn:aws:sqs:${region}:000000000000:${name}`;
  const allowed = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allowed, Resource: Arn }] });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  await events.send(new PutRuleCommand({ EventBusName, Name: name, EventPattern: JSON.stringify(pattern) }));
  await events.send(new PutTargetsCommand({ EventBusName, Rule: name, Targets: [{ Id: "queue", Arn }] }));
  const received: BusEvent[] = [];
  return {
    async until(matches) {
      for (let asked = 0; asked < 30; asked++) {
        const found = received.find(matches);
        if (found) return found;
        const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
        const { Messages = [] } = await sqs.send(receive);
        for (const { Body = "", ReceiptHandle } of Messages) {
          received.push(JSON.parse(Body) as BusEvent);
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
      }
      throw new Error(
        `the expected event did not arrive on the bus; these did: ${JSON.stringify(received.map(({ "detail-type": type, detail }) => [type, detail.labels ?? detail.code]))}`,
      );
    },
  };
}
