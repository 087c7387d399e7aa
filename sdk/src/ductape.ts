import type { JobChannel, JobReceipt, SignalSent } from "./answers.ts";
import type { Catalog } from "./catalog.ts";
import { type Defaults, requireTenant, withDefaults } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import {
  createFeatureRuns,
  type ExecuteFields,
  executeFeature,
  type FeatureOptions,
  type FeatureOutcome,
  type FeatureRuns,
} from "./feature-runs.ts";
import type { CallOptions, Jobs } from "./jobs.ts";
import { refusal, withRefusals } from "./not-here.ts";
import type { DispatchOptions, JobProcessor, ScheduleOptions } from "./processor.ts";
import { type IFileReadResult, readFile } from "./read-file.ts";
import type {
  IActionRequest,
  ICallbackNotification,
  IDbActionRequest,
  IEmailNotification,
  IJobProcessorInput,
  INotificationRequest,
  IPublishRequest,
  IPushNotification,
  ISmsNotification,
  IStorageRequest,
} from "./requests.ts";
import type {
  ActionResult,
  DatabaseResult,
  FeatureResult,
  NotificationResult,
  PublishResult,
  StorageResult,
} from "./results.ts";

import type { Settle } from "./settle.ts";
import type { SignalRequest, Signals } from "./signals.ts";
import type { Transport } from "./transport.ts";

/*
 * The names of Ductape's documentation beside our own. Each `dispatch` is `processor.job.dispatch` of an event of one type; what runs at
 * once there, such as `actions.run`, is `processor.job.schedule` of the same event. Everything but the names of what it runs is sent as
 * it is given.
 */

/** What each `dispatch` takes beside what it runs: `product`, `env`, `retries`, `retryConfig`, `schedule` and so on. */
export type DispatchFields = Omit<IJobProcessorInput, "event" | "app" | "input">;

/** An action: the tag of its event, as `event` or `action`. */
export interface ActionDispatch extends DispatchFields {
  event?: string | undefined;
  action?: string | undefined;
  /** The event's app. */
  app?: string | undefined;
  /** Default: `{}`. */
  input?: IActionRequest | Record<string, unknown> | undefined;
}

/** A feature: the tag of its event, by one of five names. */
export interface FeatureDispatch extends DispatchFields {
  feature?: string | undefined;
  feature_tag?: string | undefined;
  tag?: string | undefined;
  event?: string | undefined;
  workflow?: string | undefined;
  /** Default: `{}`. */
  input?: Record<string, unknown> | undefined;
  /** `retries`, and `timeout_ms` as `timeout`. */
  options?: FeatureOptions | undefined;
}

/**
 * A message: `notification` and `event` are the event `notification:event`, unless one of them is missing or has a colon already. The
 * channels may stand beside `input` instead of in it.
 */
export interface NotificationDispatch extends DispatchFields, Partial<Pick<INotificationRequest, Channel | "slug">> {
  notification?: string | undefined;
  event?: string | undefined;
  input?: INotificationRequest | undefined;
}

type Channel = "push_notification" | "email" | "sms" | "callback" | "webhook";

/** A message for one channel: the content of the channel is the whole `input`. */
export interface ChannelSend<Content> extends Omit<NotificationDispatch, Channel | "slug" | "input"> {
  input: Content;
}

/**
 * A file: the tag of its event or, for a storage that one event stores into, the storage. The fields of the file may stand beside
 * `input` instead of in it.
 */
export interface StorageDispatch extends DispatchFields, IStorageRequest {
  storage?: string | undefined;
  event?: string | undefined;
  /** Storing is the only operation. */
  operation?: "upload" | undefined;
  input?: IStorageRequest | Record<string, unknown> | undefined;
}

/**
 * A named action of a database: `database` and `event` (or `action`) are the event `database:event`, unless `event` has a colon
 * already.
 */
export interface DatabaseDispatch extends DispatchFields {
  database?: string | undefined;
  event?: string | undefined;
  action?: string | undefined;
  /** Default: `{}`. */
  input?: IDbActionRequest | undefined;
}

/** A named action of a database that runs at once. An `input` without `data`, `filter` or `query` is the `data`. */
export interface DatabaseExecute extends Omit<DatabaseDispatch, "input"> {
  /** Default: `{}`. */
  input?: IDbActionRequest | Record<string, unknown> | undefined;
}

/**
 * A message for a broker: `broker` and `event` are the event `broker:event`, unless `event` has a colon already. The message may stand
 * beside `input` instead of in it.
 */
export interface PublishDispatch extends DispatchFields, Partial<IPublishRequest> {
  broker?: string | undefined;
  event: string;
  input?: IPublishRequest | undefined;
}

/** Schedules a job, and resolves with its receipt as soon as it is accepted. */
export interface Dispatcher<Dispatch> {
  dispatch(data: Dispatch, options?: DispatchOptions): Promise<JobReceipt>;
}

/**
 * Runs an event at once as a job, and resolves with its result in Ductape's shape. Rejects as `processor.job.schedule` does: with a
 * JobFailedError if the job fails after its retries.
 */
export type Run<Data, Answer> = <Result = Answer>(
  data: Omit<Data, "schedule" | "start_at" | "repeat">,
  options?: ScheduleOptions,
) => Promise<Result>;

export interface ActionRunner extends Dispatcher<ActionDispatch> {
  /** Resolves with the body of the app's answer; `processor.job.schedule` also has its status and headers. */
  run: Run<ActionDispatch, ActionResult["body"]>;
}

/** A message to a run of a feature, by the id of its job, or to those that wait with a key. */
export interface FeatureSignal {
  product?: string | undefined;
  product_tag?: string | undefined;
  env?: string | undefined;
  /** The `job_id` of the run. */
  feature_id?: string | undefined;
  /** The name of older documentation for `feature_id`. */
  workflow_id?: string | undefined;
  job_id?: string | undefined;
  key?: string | undefined;
  signal: string;
  payload?: unknown;
  id?: string | undefined;
}

/** A feature that runs to its end. */
export interface FeatureExecute extends Omit<FeatureDispatch, "schedule" | "start_at" | "repeat">, ExecuteFields {}

export interface FeatureRunner extends Dispatcher<FeatureDispatch>, FeatureRuns {
  /**
   * Runs a feature to its end, and resolves with what it came to. A run that fails is an answer, with its error, its failed step and what was
   * undone: `run` rejects instead.
   *
   * @example
   * const { status, output } = await ductape.features.execute({ tag: "place_order", input: { sku: "A-1" } });
   */
  execute<Output = FeatureResult>(data: FeatureExecute, options?: CallOptions): Promise<FeatureOutcome<Output>>;
  /** Resolves with the output of the feature. */
  run: Run<FeatureDispatch, FeatureResult>;
  /** Sends a message to a run, or to all that wait with a key: `signals.send` in Ductape's words. */
  signal(data: FeatureSignal, options?: CallOptions): Promise<SignalSent>;
}

/** What one channel of a notification came to. */
export interface SentOn {
  success: boolean;
  channel: "push" | "email" | "sms" | "callback";
  /** The provider's id of the first message. */
  messageId?: string;
}

/** What the channels of a notification came to. */
export interface SentByChannel {
  /** Whether a channel was sent. */
  success: boolean;
  channels: { push?: SentOn; email?: SentOn; sms?: SentOn; callback?: SentOn };
}

/** Sends to one channel; it may also be called itself. */
export type ChannelSender<Content> = Run<ChannelSend<Content>, SentOn> & { send: Run<ChannelSend<Content>, SentOn> };

export interface Notifier extends Dispatcher<NotificationDispatch> {
  send: Run<NotificationDispatch, SentByChannel>;
  push: ChannelSender<IPushNotification>;
  email: ChannelSender<IEmailNotification>;
  sms: ChannelSender<ISmsNotification>;
  callback: ChannelSender<ICallbackNotification>;
}

/** The stored file, in Ductape's names besides ours. */
export interface Uploaded extends StorageResult {
  success: true;
  fileName: string;
  mimeType?: string;
}

export interface FileStore extends Dispatcher<StorageDispatch>, FileReader {
  upload: Run<StorageDispatch, Uploaded>;
  /** `upload`. */
  save: Run<StorageDispatch, Uploaded>;
  /** `upload`. */
  run: Run<StorageDispatch, Uploaded>;
  /** `readFile`. */
  read: FileReader["readFile"];
  files: { read: FileReader["readFile"] };
}

export interface Publisher extends Dispatcher<PublishDispatch> {
  produce: Run<PublishDispatch, PublishResult>;
  /** `produce`. */
  publish: Run<PublishDispatch, PublishResult>;
}

/** Something of Ductape that does not exist here. Each call rejects with what to do instead. */
export interface NotHere {
  dispatch(...data: unknown[]): Promise<never>;
}

export interface DatabaseRunner extends NotHere {
  action: Dispatcher<DatabaseDispatch> & { execute: Run<DatabaseExecute, DatabaseResult> };
  execute: Run<DatabaseExecute, DatabaseResult>;
}

export interface FileReader {
  /** Reads a file of this machine, for the input of a storage event. Needs Node's file system. */
  readFile(path: string): Promise<IFileReadResult>;
}

/** The namespaces of Ductape's documentation. */
export interface Namespaces {
  actions: ActionRunner;
  action: ActionRunner;
  api: ActionRunner;
  features: FeatureRunner;
  feature: FeatureRunner;
  workflows: FeatureRunner;
  notifications: Notifier;
  databases: DatabaseRunner;
  database: DatabaseRunner;
  storage: FileStore;
  graphs: NotHere & { action: NotHere };
  events: Publisher;
  messaging: Publisher;
}

/** The same calls by the names that they had below `processor`. */
export interface ProcessorNamespaces {
  action: ActionRunner;
  feature: FeatureRunner;
  notification: Notifier;
  database: DatabaseRunner;
  storage: FileStore & { run: FileStore["upload"] };
  messageBroker: Publisher;
}

type Request = Pick<IJobProcessorInput, "event" | "input">;

/** The id of a run is made here, so a caller's own one would lead nowhere afterwards. */
const ownId = "is given by the answer: pass yours as idempotency_key, and a call that is repeated starts no second run";
const notOfExecute: Readonly<Record<string, string>> = {
  feature_id: ownId,
  workflow_id: ownId,
  context: "is not here: pass what the handler needs of it in the input, and what runs are found by as labels",
};

function requireExecutable(call: string, data: object): void {
  const faults = Object.keys(data).flatMap((name) => {
    const detail = Object.hasOwn(notOfExecute, name) ? notOfExecute[name] : undefined;
    return detail === undefined ? [] : [{ pointer: `/${name}`, detail }];
  });
  if (faults.length > 0) throw new InvalidRequestError("INVALID_REQUEST", `${call} cannot be done so.`, faults);
}

/** What the namespaces are made of. */
interface Parts {
  job: Pick<JobProcessor<Catalog>, "dispatch" | "schedule">;
  jobs: Jobs;
  signals: Signals;
  defaults: () => Defaults;
  settle: Settle;
  download: Transport["download"];
  now: () => number;
}

export function createNamespaces(parts: Parts): {
  namespaces: Namespaces & Pick<Parts, "job" | "jobs">;
  processor: ProcessorNamespaces & Pick<Parts, "job">;
} {
  const { job, jobs, signals, defaults, settle, download, now } = parts;
  const callsOf = <Data extends DispatchFields>(jobOf: (data: Data, call: string) => Request) => {
    const requestOf = (call: string, data: Data) => {
      if (typeof data !== "object" || data === null) throw refused(call, "", "pass what to run");
      const whole = withDefaults(jobOf(data, call), defaults());
      requireTenant(call, whole, ["product_tag", "env"]);
      return whole;
    };
    return {
      dispatch: (call: string): Dispatcher<Data> => ({
        dispatch: async (data, options) => job.dispatch(requestOf(call, data), options),
      }),
      run:
        <Result, Answer>(call: string, answerOf: (result: Result) => Answer): Run<Data, Answer> =>
        async <Expected = Answer>(data: object, options?: ScheduleOptions) =>
          answerOf(await job.schedule<Result>(requestOf(call, data as Data), options)) as unknown as Expected,
    };
  };

  const actionCalls = callsOf<ActionDispatch>(({ event, action, input = {}, ...rest }, call) => ({
    ...rest,
    event: theOneOf(call, { event, action }),
    input,
  }));
  const actions = (name: string): ActionRunner => ({
    ...actionCalls.dispatch(`${name}.dispatch`),
    run: actionCalls.run(`${name}.run`, ({ body }: ActionResult) => body),
  });

  const featureCalls = callsOf<FeatureDispatch>(
    ({ feature, feature_tag, tag, event, workflow, input = {}, options, ...rest }, call) => ({
      ...withOptions(rest, options),
      event: theOneOf(call, { feature, feature_tag, tag, event, workflow }),
      input,
    }),
  );
  const features = (name: string): FeatureRunner => ({
    ...featureCalls.dispatch(`${name}.dispatch`),
    run: featureCalls.run(`${name}.run`, (output: FeatureResult) => output),
    ...createFeatureRuns(name, { jobs, start: (data, options) => job.dispatch(data, options), download, now }),
    execute: async <Output>({ timeout, ...data }: FeatureExecute, options?: CallOptions) => {
      const call = `${name}.execute`;
      requireExecutable(call, data);
      const start = () => featureCalls.dispatch(call).dispatch(data, options);
      return (await executeFeature({ start, settle, now }, { timeout, ...options })) as FeatureOutcome<Output>;
    },
    async signal({ feature_id, workflow_id, job_id = feature_id ?? workflow_id, ...rest }, options) {
      return signals.send({ ...rest, ...(job_id !== undefined && { job_id }) } as SignalRequest, options);
    },
  });

  const messageOf = ({ notification, event }: NotificationDispatch, call: string) =>
    joined(call, event === undefined ? undefined : notification, { event: event ?? notification });
  const messageCalls = callsOf<NotificationDispatch>((data, call) => {
    const { notification: _, ...rest } = data;
    const event = messageOf(data, call);
    return { ...withInput(rest, ["slug", "push_notification", "email", "sms", "callback", "webhook"]), event };
  });
  const channel = <Content>(name: SentOn["channel"]): ChannelSender<Content> => {
    const field = channelNames[name];
    const calls = callsOf<ChannelSend<Content>>(({ notification, event, input, ...rest }, call) => ({
      ...rest,
      event: messageOf({ notification, event }, call),
      input: { [field]: input },
    }));
    const send = calls.run(`notifications.${name}.send`, ({ channels }: NotificationResult) =>
      sentOn(name, channels[field]),
    );
    return Object.assign(send, { send });
  };
  const notifications: Notifier = {
    ...messageCalls.dispatch("notifications.dispatch"),
    send: messageCalls.run("notifications.send", sentByChannel),
    push: channel("push"),
    email: channel("email"),
    sms: channel("sms"),
    callback: channel("callback"),
  };

  const databaseCalls = callsOf<DatabaseDispatch>(({ database, event, action, input = {}, ...rest }, call) => ({
    ...rest,
    event: joined(call, database, { event, action }),
    input,
  }));
  const executeCalls = callsOf<DatabaseExecute>(({ database, event, action, input = {}, ...rest }, call) => ({
    ...rest,
    event: joined(call, database, { event, action }),
    input: valuesOf(input),
  }));
  const execute = (call: string) => executeCalls.run(call, (result: DatabaseResult) => result);
  const databases: DatabaseRunner = {
    action: { ...databaseCalls.dispatch("databases.action.dispatch"), execute: execute("databases.action.execute") },
    execute: execute("databases.execute"),
    ...notHere("databases"),
  };

  const fileCalls = callsOf<StorageDispatch>(({ storage, event, operation, ...rest }, call) => ({
    ...withInput(rest, ["buffer", "blob", "upload_id", "fileName", "mimeType", "metadata"]),
    // Any other operation is left for the API to refuse.
    ...(operation !== undefined && operation !== "upload" && { operation }),
    event: theOneOf(call, { event: event ?? storage }),
  }));
  const upload = (call: string) => fileCalls.run(call, uploaded);
  const storage: FileStore = {
    ...fileCalls.dispatch("storage.dispatch"),
    upload: upload("storage.upload"),
    save: upload("storage.save"),
    run: upload("storage.run"),
    readFile,
    read: readFile,
    files: Object.assign(refusal("storage.files"), { read: readFile }),
  };

  const publishCalls = callsOf<PublishDispatch>(({ broker, event, ...rest }, call) => ({
    ...withInput(rest, ["message", "key", "headers"]),
    event: joined(call, broker, { event }),
  }));
  const publish = (call: string) => publishCalls.run(call, (result: PublishResult) => result);
  const events: Publisher = {
    ...publishCalls.dispatch("events.dispatch"),
    produce: publish("events.produce"),
    publish: publish("events.publish"),
  };

  const namespaces: Namespaces = {
    actions: actions("actions"),
    action: actions("action"),
    api: actions("api"),
    features: features("features"),
    feature: features("feature"),
    workflows: features("workflows"),
    notifications,
    databases,
    database: databases,
    storage,
    graphs: { ...notHere("graphs"), action: notHere("graphs.action") },
    events,
    messaging: events,
  };
  return {
    namespaces: withRefusals({ ...namespaces, job: { ...job }, jobs }),
    processor: withRefusals({
      job: { ...job },
      action: namespaces.action,
      feature: namespaces.feature,
      notification: notifications,
      database: databases,
      storage: { ...storage, run: upload("processor.storage.run") },
      messageBroker: events,
    }),
  };
}

const refused = (call: string, pointer: string, detail: string) =>
  new InvalidRequestError("INVALID_REQUEST", `${call} does not say what to run.`, [{ pointer, detail }]);

const notHere = (namespace: string): NotHere => ({ dispatch: refusal(`${namespace}.dispatch`) });

/** A request whose input may stand beside `input`: the fields of these names are its input, unless it has one. */
function withInput<Data extends { input?: unknown }>(data: Data, names: readonly string[]) {
  if (data.input !== undefined) return data as Data & { input: Record<string, unknown> };
  const of = (isOfInput: boolean) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name) === isOfInput));
  return { ...of(false), input: of(true) } as Data & { input: Record<string, unknown> };
}

/** Ductape takes the values of an action's placeholders as the input itself. */
const valuesOf = (input: IDbActionRequest | Record<string, unknown>): IDbActionRequest =>
  ["data", "filter", "query"].some((name) => name in input) || Object.keys(input).length === 0
    ? input
    : { data: input as Record<string, unknown> };

const channelNames = { push: "push_notification", email: "email", sms: "sms", callback: "callback" } as const;

const sentOn = (channel: SentOn["channel"], outcome: JobChannel | undefined): SentOn => {
  const [first] = outcome?.sent ?? [];
  return { success: outcome?.status === "sent", channel, ...(first && { messageId: first.id }) };
};

function sentByChannel({ channels }: NotificationResult): SentByChannel {
  const tried = Object.entries(channelNames).flatMap(([name, field]) =>
    channels[field] === undefined ? [] : [sentOn(name as SentOn["channel"], channels[field])],
  );
  return {
    success: tried.some(({ success }) => success),
    channels: Object.fromEntries(tried.map((one) => [one.channel, one])),
  };
}

const uploaded = (file: StorageResult): Uploaded => ({
  ...file,
  success: true,
  fileName: file.key,
  ...(file.mime_type !== undefined && { mimeType: file.mime_type }),
});

/** The value of fields that are names of one thing. */
function theOneOf(call: string, names: Record<string, string | undefined>): string {
  const given = Object.entries(names).filter(([, value]) => value !== undefined && value !== "");
  const [first, ...others] = given;
  if (!first?.[1]) throw refused(call, `/${Object.keys(names)[0]}`, "is missing: the tag of an event of the catalog");
  // Callers without types may pass anything.
  if (typeof first[1] !== "string") throw refused(call, `/${first[0]}`, "must be a text: the tag of an event");
  const other = others.find(([, value]) => value !== first[1]);
  if (other) throw refused(call, `/${other[0]}`, `is another name of ${first[0]}, and the two differ`);
  return first[1];
}

function joined(call: string, target: string | undefined, names: Record<string, string | undefined>): string {
  const tag = theOneOf(call, names);
  return target === undefined || target === "" || tag.includes(":") ? tag : `${target}:${tag}`;
}

/**
 * The options of a feature as fields of the request. Those that are not known, or that differ from the request's own, are left where
 * they are: the API refuses them.
 */
function withOptions(
  request: DispatchFields,
  options: FeatureDispatch["options"],
): DispatchFields & { options?: object } {
  const { retries, timeout_ms } = request;
  const own: Record<string, unknown> = { retries, timeout_ms };
  const left: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options ?? {})) {
    const field = { retries: "retries", timeout: "timeout_ms" }[name];
    if (field !== undefined && (own[field] ?? value) === value) own[field] = value;
    else left[name] = value;
  }
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...request, ...given, ...(Object.keys(left).length > 0 && { options: left }) };
}
