import { JobError } from "../../../../core/job/job-error.ts";
import { type Meaning, type Meanings, refusals } from "../../../clients/fault-table.ts";
import { neverConnected } from "../../../clients/never-sent.ts";

const denied: Meaning = ["FORBIDDEN", "Kafka does not allow this user to write to the topic."];
const signedOut: Meaning = ["UNAUTHORIZED", "Kafka does not know these credentials, or not by this mechanism."];
const noTopic: Meaning = ["NOT_FOUND", "Kafka has no such topic."];
const tooLarge: Meaning = ["VALIDATION_ERROR", "The message is larger than Kafka accepts for this topic."];
const unwell: Meaning = ["SERVICE_UNAVAILABLE", "Kafka could not take the message at the moment."];
const lost: Meaning = ["CONNECTION_ERROR", "The connection to Kafka failed."];

/**
 * By the names of Kafka's protocol, and by the codes of the client and of sockets. Earlier ones say more. With the refusals the leader
 * has not appended the record; after the others it may be in its log.
 */
export const kafkaMeanings: Meanings = {
  ...refusals({
    TOPIC_AUTHORIZATION_FAILED: denied,
    CLUSTER_AUTHORIZATION_FAILED: denied,
    SASL_AUTHENTICATION_FAILED: signedOut,
    UNSUPPORTED_SASL_MECHANISM: signedOut,
    PLT_KFK_AUTHENTICATION: signedOut,
    INVALID_TOPIC_EXCEPTION: noTopic,
    MESSAGE_TOO_LARGE: tooLarge,
    RECORD_LIST_TOO_LARGE: tooLarge,
    INVALID_RECORD: ["VALIDATION_ERROR", "Kafka refuses the record: a compacted topic, for one, needs a key."],
    POLICY_VIOLATION: ["VALIDATION_ERROR", "A policy of the Kafka cluster refuses the record."],
    THROTTLING_QUOTA_EXCEEDED: ["RATE_LIMITED", "Kafka throttles this user."],
    NOT_ENOUGH_REPLICAS: ["SERVICE_UNAVAILABLE", "Kafka has fewer replicas in sync than the topic requires."],
    LEADER_NOT_AVAILABLE: unwell,
    COORDINATOR_LOAD_IN_PROGRESS: unwell,
  }),
  UNKNOWN_TOPIC_OR_PARTITION: noTopic,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    "SERVICE_UNAVAILABLE",
    "Kafka has fewer replicas in sync than the topic requires.",
  ],
  // A leader that loses the partition while it waits for the replicas says this of a record that it has appended.
  NOT_LEADER_OR_FOLLOWER: unwell,
  REQUEST_TIMED_OUT: unwell,
  KAFKA_STORAGE_ERROR: unwell,
  PLT_KFK_TIMEOUT: lost,
  PLT_KFK_NETWORK: lost,
};

const tls = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO|ERR_OSSL)/;

interface Nested {
  /** The name of an error of Kafka's protocol. */
  apiId?: unknown;
  code?: unknown;
  message?: string;
  errors?: unknown;
  cause?: unknown;
}

/** Every code in an error, the errors inside of it included. */
function codesIn(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 8) return [];
  const { apiId, code, message, errors, cause } = error as Nested;
  // The client replaces the protocol's error of an unknown topic by its own error, which says so only in words.
  const unknown = /^Unknown topic /.test(message ?? "") ? "UNKNOWN_TOPIC_OR_PARTITION" : undefined;
  const own = [apiId, unknown, code].filter((one) => typeof one === "string");
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesIn(one, depth + 1)) : [];
  return [...own, ...inner, ...codesIn(cause, depth + 1)];
}

/**
 * Whether each of the tries that the client has made proves that the record was not appended: one that was refused does not say what
 * became of the one before it, whose answer was lost.
 */
function provesNotAppended(error: unknown, depth = 0): boolean {
  if (typeof error !== "object" || error === null || depth > 8) return false;
  const { errors, cause } = error as Nested;
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => provesNotAppended(one, depth + 1));
  if (cause !== undefined && cause !== null) return provesNotAppended(cause, depth + 1);
  return codesIn(error).some((code) => kafkaMeanings[code]?.[3] ?? neverConnected.test(code));
}

/** An older cluster allows an idempotent producer to those who may write to the cluster. */
export const mayNotBeIdempotent = (error: unknown): boolean =>
  codesIn(error).some((code) => code === "CLUSTER_AUTHORIZATION_FAILED" || code === "PLT_KFK_UNSUPPORTED_API");

/** Whether a client that threw this should not be used again. */
export const isKafkaLost = (error: unknown): boolean =>
  codesIn(error).some(
    (code) => /^(CONNECTION_ERROR|UNAUTHORIZED)$/.test(kafkaMeanings[code]?.[0] ?? "") || tls.test(code),
  );

/** The client's own message stays out of the cause too: it may quote the record. */
export function kafkaFault(error: unknown): JobError {
  if (error instanceof JobError) return error;
  const codes = codesIn(error);
  const providerCode = codes.find((code) => !code.startsWith("PLT_KFK_"));
  const insecure = codes.find((code) => tls.test(code));
  if (insecure !== undefined) {
    const message = `TLS with Kafka failed (${insecure}); see the broker's \`tls\` in the catalog.`;
    return new JobError("CONFIGURATION_ERROR", message, { providerCode: insecure });
  }
  const known = Object.keys(kafkaMeanings).find((code) => codes.includes(code));
  const [code, message] = known === undefined ? otherwise : (kafkaMeanings[known] as Meaning);
  return new JobError(code, message, { providerCode, nothingDone: provesNotAppended(error) });
}

const otherwise: Meaning = ["PROVIDER_ERROR", "Kafka did not take the message."];
