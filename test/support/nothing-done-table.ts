import { createRequire } from "node:module";
import { lambdaFaults } from "../../lambdas/consumers/clients/aws/lambda-faults.ts";
import { type FaultTable, faultBy } from "../../lambdas/consumers/clients/fault-table.ts";
import { networkError } from "../../lambdas/consumers/clients/http/exchange.ts";
import { statusError } from "../../lambdas/consumers/clients/http/status.ts";
import { dynamoFault, dynamoMeanings } from "../../lambdas/consumers/types/database_action/engines/dynamodb-fault.ts";
import { mongoFault, serverCodes } from "../../lambdas/consumers/types/database_action/engines/mongodb-fault.ts";
import { errorNumbers, mysqlFault } from "../../lambdas/consumers/types/database_action/engines/mysql-fault.ts";
import { postgresFault, sqlStates } from "../../lambdas/consumers/types/database_action/engines/postgres-fault.ts";
import { smsFaults } from "../../lambdas/consumers/types/notification/channels/sms.ts";
import { sesFaults } from "../../lambdas/consumers/types/notification/mail/ses.ts";
import { smtpError } from "../../lambdas/consumers/types/notification/mail/smtp-error.ts";
import { eventBridgeFaults } from "../../lambdas/consumers/types/publish/brokers/eventbridge.ts";
import { kafkaFault, kafkaMeanings } from "../../lambdas/consumers/types/publish/brokers/kafka-faults.ts";
import { rabbitFault, rabbitMeanings } from "../../lambdas/consumers/types/publish/brokers/rabbitmq-faults.ts";
import { snsFaults } from "../../lambdas/consumers/types/publish/brokers/sns.ts";
import { sqsFaults } from "../../lambdas/consumers/types/publish/brokers/sqs.ts";
import { storageFaults } from "../../lambdas/consumers/types/storage/faults.ts";
import type { JobError } from "../../lambdas/core/job/job-error.ts";

/** The errors of a client by their names in the table, each with the failure that the client's own code makes of it. */
export type Errors = [name: string, failure: JobError][];

const { signal } = new AbortController();
const failure = (error: unknown) => error as JobError;

const statuses = [400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 417, 418, 422, 429]
  .concat([500, 501, 502, 503, 504, 505, 520])
  .map((status): [string, JobError] => [String(status), statusError({ status, headers: new Headers() }, 0)]);
const withWait = statusError({ status: 503, headers: new Headers({ "retry-after": "1" }) }, 0);

const systemCodes = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"].concat(
  ["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EPROTO"],
);
const connections: Errors = [
  ...systemCodes.map((code): [string, JobError] => [code, failure(networkError({ code }, signal))]),
  ["ETIMEDOUT of `connect`", failure(networkError({ code: "ETIMEDOUT", syscall: "connect" }, signal))],
];

/** The names that a table lists, and the answers without a name that it lists. */
const ofTable = (table: FaultTable): Errors => [
  ...Object.keys(table.named).map((name): [string, JobError] => [name, faultBy(table, { name })]),
  ...[400, 403, 429, 500, 502, 503, 504].map((status): [string, JobError] => [
    String(status),
    faultBy(table, { $metadata: { httpStatusCode: status } }),
  ]),
  ["Throttling", faultBy(table, { name: "ThrottlingException", $metadata: { httpStatusCode: 400 } })],
  ["an unreadable answer", faultBy(table, { $metadata: { httpStatusCode: 200 } })],
  ["no answer", faultBy(table, { name: "TimeoutError" })],
];

const symbols = createRequire(import.meta.url)("../../node_modules/mysql2/lib/constants/errors.js") as Record<
  number,
  string
>;
const mysqlErrors: Errors = errorNumbers
  .flatMap(([numbers]) => numbers)
  .map((errno) => {
    const code = symbols[errno] ?? "";
    const made = mysqlFault({ errno, code, sqlState: "HY000", sqlMessage: "" }, "db");
    return [symbols[errno] ?? String(errno), made];
  });

const states = [...new Set([...sqlStates.map(([prefix]) => prefix), "53300", "57P03"])].toSorted();
const postgresErrors: Errors = states.map((state) => [
  state,
  postgresFault({ code: state.padEnd(5, "0"), severity: "ERROR" }, "db"),
]);

const mongoErrors: Errors = [
  ...serverCodes
    .flatMap(([numbers]) => numbers)
    .map((code): [string, JobError] => [String(code), mongoFault({ name: "MongoServerError", code }, "db")]),
  ...["MongoServerSelectionError", "MongoNetworkError", "MongoOperationTimeoutError"].map(
    (name): [string, JobError] => [name, mongoFault({ name }, "db")],
  ),
];

const smtp = (error: object) => failure(smtpError(error, signal));
const smtpErrors: Errors = [
  ["EDNS", smtp({ code: "EDNS" })],
  ["ESOCKET of `connect`", smtp({ code: "ESOCKET", syscall: "connect" })],
  ["EAUTH", smtp({ code: "EAUTH", responseCode: 535 })],
  ["ETLS", smtp({ code: "ETLS" })],
  ["421 as the greeting", smtp({ code: "EPROTOCOL", responseCode: 421, message: "Invalid greeting. response=421" })],
  ["4yz before the message", smtp({ code: "EENVELOPE", responseCode: 450 })],
  ["5yz before the message", smtp({ code: "EENVELOPE", responseCode: 550 })],
  ["4yz after the message", smtp({ code: "EMESSAGE", responseCode: 452 })],
  ["5yz after the message", smtp({ code: "EMESSAGE", responseCode: 554 })],
  ["421 after the message", smtp({ code: "EMESSAGE", responseCode: 421 })],
  ["421 as a farewell", smtp({ code: "ECONNECTION", responseCode: 421 })],
  ["ECONNECTION", smtp({ code: "ECONNECTION" })],
  ["ESOCKET", smtp({ code: "ESOCKET" })],
  ["ETIMEDOUT", smtp({ code: "ETIMEDOUT" })],
];

/** Every client of a consumer with its errors. */
export const clients: [client: string, errors: Errors][] = [
  [
    "HTTP (action, function, callback, push), as the answer to the request itself",
    [...statuses, ["503 with Retry-After", withWait]],
  ],
  ["a connection, of any client", connections],
  ["Lambda", ofTable(lambdaFaults)],
  ["SES", ofTable(sesFaults)],
  ["SNS, for text messages", ofTable(smsFaults)],
  ["SMTP", smtpErrors],
  ["SQS", ofTable(sqsFaults)],
  ["SNS, for topics", ofTable(snsFaults)],
  ["EventBridge", ofTable(eventBridgeFaults)],
  ["RabbitMQ", Object.keys(rabbitMeanings).map((code) => [code, rabbitFault({ code })])],
  ["Kafka", Object.keys(kafkaMeanings).map((apiId) => [apiId, kafkaFault({ apiId })])],
  ["DynamoDB", Object.keys(dynamoMeanings).map((name) => [name, dynamoFault({ name }, "t")])],
  ["PostgreSQL", postgresErrors],
  ["MySQL, MariaDB", mysqlErrors],
  ["MongoDB", mongoErrors],
  ["S3, Google Cloud Storage, Azure", ofTable(storageFaults)],
];

const listed = (errors: Errors, proves: boolean): string =>
  [...new Set(errors.filter(([, { nothingDone }]) => nothingDone === proves).map(([name]) => name))]
    .map((name) => (/^[\w.]+$/.test(name) ? `\`${name}\`` : name))
    .join(", ");

/** The rows of the table in docs/catalog/nothing-done.md. */
export const rows = (): string[] =>
  clients.map(([client, errors]) => `| ${client} | ${listed(errors, true)} | ${listed(errors, false)} |`);
