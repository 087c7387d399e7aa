import type { Clock } from "../../../../core/ports/clock.ts";
import type { Secrets } from "../../../../core/ports/secrets.ts";
import type { Publication } from "../message.ts";

/** What a broker needs of an attempt. */
export interface TopicSending {
  input: Publication;
  /** The same for every attempt of a run, so that consumers can recognise a repetition. */
  idempotencyKey: string;
  /** Aborts at the job's timeout. */
  signal: AbortSignal;
  secrets: Secrets;
  clock: Clock;
}

/** Where a message is now, by the ids that its broker has given it. */
export type SendResult =
  | {
      provider: "sqs" | "sns";
      message_id: string;
      /** Of a FIFO queue or topic. */
      sequence_number?: string;
    }
  | { provider: "eventbridge"; event_id: string }
  | {
      provider: "kafka";
      partition: number;
      /** The offset in the partition, as digits: it may be larger than a JavaScript number is exact. */
      offset: string;
    }
  | {
      provider: "rabbitmq";
      /** The idempotency key, which is the message's `message_id` too. */
      message_id: string;
      exchange: string;
      routing_key: string;
    };
