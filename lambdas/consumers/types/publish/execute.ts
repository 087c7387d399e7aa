import { JobError } from "../../../core/job/job-error.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { declared, settingsOfEnv } from "../settings-of-env.ts";
import { type AwsSenders, awsSenders } from "./brokers/aws-senders.ts";
import type { SendResult } from "./brokers/send.ts";
import { publish } from "./definition.ts";
import { publicationFaults } from "./rules.ts";
import type { TopicPlace } from "./target.ts";

type Execution = ExecutionOf<typeof publish>;

/** The result of a publish job: the broker's own ids of the message. */
export type PublishResult = SendResult & {
  /** The topic's name in the catalog. */
  topic: string;
};

/** Executes publish jobs. The clients of Kafka and RabbitMQ are loaded when a job first needs them, as those of AWS are. */
export const publishExecutor = (aws: AwsSenders = awsSenders()) =>
  defineExecutor(publish, async (execution): Promise<PublishResult> => {
    const { topic, broker } = execution.event;
    const place = settingsOfEnv(execution.target.envs, execution.job, `Broker ${broker}`);
    recheckInput(place, topic, execution.input);
    execution.signal.throwIfAborted();
    const input = withTrace(place, topic, execution);
    return { topic, ...(await sendToTopic(aws, place, { ...execution, input })) };
  });

export const execute = publishExecutor();

async function sendToTopic(aws: AwsSenders, place: TopicPlace, execution: Execution): Promise<SendResult> {
  const { topic } = execution.event;
  switch (place.provider) {
    case "sqs":
      return aws.sqs(execution, topicOf(place.topics, topic));
    case "sns":
      return aws.sns(execution, topicOf(place.topics, topic));
    case "eventbridge":
      return aws.eventbridge(execution, place, topicOf(place.topics, topic).detail_type ?? topic);
    case "kafka": {
      const name = topicOf(place.topics, topic).topic ?? topic;
      return (await import("./brokers/kafka.ts")).sendToKafka(execution, place, name);
    }
    case "rabbitmq": {
      const settings = topicOf(place.topics, topic);
      return (await import("./brokers/rabbitmq.ts")).sendToRabbitMq(execution, place, settings);
    }
  }
}

const topicOf = <Topic>(topics: Record<string, Topic>, name: string): Topic =>
  declared(topics, name, `The catalog's broker no longer has topic ${name}.`);

/** The message with the trace of the attempt among its headers, unless they name a trace or the broker has no room for one more. */
function withTrace(place: TopicPlace, topic: string, { input, trace }: Execution): Execution["input"] {
  const { headers = {} } = input;
  if (!trace || Object.keys(headers).some((name) => name.toLowerCase() === "traceparent")) return input;
  const traced = { ...input, headers: { ...headers, ...trace } };
  return publicationFaults(place, topic, traced).length === 0 ? traced : input;
}

/** The catalog may have changed since the job was requested, and expressions may have made the message larger. */
function recheckInput(place: TopicPlace, topic: string, input: Execution["input"]): void {
  const faults = publicationFaults(place, topic, input);
  if (faults.length === 0) return;
  const text = faults.map(({ pointer, detail }) => `${pointer} ${detail}.`).join(" ");
  throw new JobError("VALIDATION_ERROR", `The broker would not take the message. ${text}`);
}
