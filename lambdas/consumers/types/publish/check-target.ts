import type { Fault } from "../../../core/kernel/errors.ts";
import { didYouMean, jsonPointer } from "../../../core/kernel/schema.ts";
import type { BrokerTarget } from "./target.ts";

/** Events name a topic without an env, so each env must have the topics of the others. */
export function checkBroker({ envs }: BrokerTarget): Fault[] {
  const all = new Set(Object.values(envs).flatMap(({ topics }) => Object.keys(topics)));
  return Object.entries(envs).flatMap(([env, { topics }]) =>
    [...all]
      .filter((topic) => !Object.hasOwn(topics, topic))
      .map((topic) => ({
        pointer: jsonPointer(["envs", env, "topics", topic]),
        detail: "is missing: another env of this broker has a topic of this name.",
      })),
  );
}

/** An event names a topic of its broker. */
export function checkTopic({ broker, topic }: { broker: string; topic: string }, { envs }: BrokerTarget): Fault[] {
  const topics = [...new Set(Object.values(envs).flatMap((place) => Object.keys(place.topics)))];
  // Without any env, the faults of the envs are what there is to say.
  if (topics.includes(topic) || Object.keys(envs).length === 0) return [];
  return [{ pointer: "/topic", detail: `broker ${broker} has no such topic.${didYouMean(topic, topics)}` }];
}
