import { type Access, type Arn, literally } from "../../../core/catalog/access.ts";
import { queueArn } from "./queue-address.ts";
import type { BrokerTarget, PlaceOf, TopicPlace } from "./target.ts";

/** Access to exactly the queues, topics and buses of the team. Kafka and RabbitMQ have their own credentials. */
export const brokerAccess = ({ envs }: BrokerTarget): Access[] => Object.values(envs).flatMap(placeAccess);

function placeAccess(place: TopicPlace): Access[] {
  switch (place.provider) {
    case "sqs": {
      const queues = Object.values(place.topics).flatMap(({ queue }) => queueArn(queue)?.arn ?? []);
      return granted("sqs:SendMessage", queues);
    }
    case "sns":
      return granted(
        "sns:Publish",
        Object.values(place.topics).map(({ arn }) => arn),
      );
    case "eventbridge":
      return granted("events:PutEvents", [busArn(place)]);
    default:
      return [];
  }
}

const granted = (action: string, resources: (string | Arn)[]): Access[] =>
  resources.length === 0 ? [] : [{ actions: [action], resources: [...new Set(resources)] }];

const busArn = ({ bus, region }: PlaceOf<"eventbridge">): string | Arn =>
  bus.startsWith("arn:") ? bus : { service: "events", region, resource: `event-bus/${literally(bus)}` };
