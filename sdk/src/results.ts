/** The body of an HTTP response. */
import type { JobChannel } from "./answers.ts";
export interface ResponseBody {
  /** Parsed if its content type is JSON, else a string; null if it is empty. */
  body: unknown;
  /** The content type is JSON, but the body cannot be parsed and is a string. */
  parse_error?: true;
  /** The body is not encoded as its headers say, or breaks off: `body` is as much of it as could be read. */
  decode_error?: true;
  /** The body is not text and is in base64, or it is JSON that is too large or too deep to parse and is a string. */
  body_encoding?: "base64" | "json";
}

/** The result of an action: the app's response. */
export interface ActionResult extends ResponseBody {
  status: number;
  /** Without cookies and credentials. */
  headers: Record<string, string>;
}

/** The result of a notification: an outcome for each channel of the input. */
export interface NotificationResult {
  channels: {
    push_notification?: JobChannel;
    email?: JobChannel;
    sms?: JobChannel;
    callback?: JobChannel;
  };
}

/** The result of a PostgreSQL or MySQL action that reads. */
export interface SqlRows {
  rows: unknown[];
  /** How many rows there are, also if fewer are in the result. */
  row_count: number;
  /** Whether rows were left out. */
  truncated: boolean;
}

/** The result of a PostgreSQL or MySQL action that writes. */
export interface SqlChange {
  affected_rows: number;
  /** The id that MySQL made. */
  insert_id?: number | string;
  /** What the statement returns, as by `RETURNING`. */
  rows?: unknown[];
  truncated?: boolean;
  /** Parts of `rows` were nested deeper than 64 levels, and are null. */
  too_deep?: true;
}

/** The results of MongoDB actions, by their operation. */
export interface MongoResults {
  find: { documents: unknown[]; count: number; truncated: boolean };
  findOne: { document: unknown };
  countDocuments: { count: number };
  estimatedDocumentCount: { count: number };
  insertOne: { inserted_id: unknown };
  insertMany: { inserted_count: number; inserted_ids: unknown[] };
  updateOne: { matched_count: number; modified_count: number; upserted_id?: unknown };
  updateMany: { matched_count: number; modified_count: number; upserted_id?: unknown };
  deleteOne: { deleted_count: number };
  deleteMany: { deleted_count: number };
  aggregate: { documents: unknown[]; count: number; truncated: boolean };
}

/**
 * The results of DynamoDB actions, by their operation. An item is null if there is none. `too_deep` says that parts of it were nested
 * deeper than 64 levels, and are null.
 */
export interface DynamoResults {
  put: { replaced: unknown; too_deep?: true };
  get: { item: unknown };
  update: { item: unknown; too_deep?: true };
  delete: { deleted: unknown; too_deep?: true };
  query: { items: unknown[]; count: number; truncated: boolean };
  count: { count: number };
}

/** The result of a database action. Which one it is follows from the engine and the operation of the catalog's action. */
export type DatabaseResult =
  | SqlRows
  | SqlChange
  | MongoResults[keyof MongoResults]
  | DynamoResults[keyof DynamoResults];

/** The result of a function that is called by HTTP: its response. */
export interface HttpFunctionResult extends ResponseBody {
  status: number;
  /** Without cookies and credentials. */
  headers: Record<string, string>;
}

/** The result of a function: what a Lambda function returned, or an `HttpFunctionResult`. */
export type FunctionResult = unknown;

/** The result of a storage event: where the file is. */
export interface StorageResult {
  provider: "s3" | "gcs" | "azure";
  /** Azure's container. */
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  etag: string;
  url: string;
  /** Absent for a file that was kept. */
  mime_type?: string;
  /** Whether a file of this key existed already and was kept. */
  kept?: true;
}

/** The result of a publish event: where the message is, by the broker's own ids. */
export type PublishResult = {
  /** The topic's name in the catalog. */
  topic: string;
} & (
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
      /** Digits: it may be larger than a JavaScript number is exact. */
      offset: string;
    }
  | { provider: "rabbitmq"; message_id: string; exchange: string; routing_key: string }
);

/** The result of a feature: its `output`; without one, the results of its steps by sequence and step. */
export type FeatureResult = Record<string, unknown>;

/** The results of events, by their type. */
export interface EventResult {
  action: ActionResult;
  notification: NotificationResult;
  database_action: DatabaseResult;
  function: FunctionResult;
  storage: StorageResult;
  publish: PublishResult;
  feature: FeatureResult;
}
