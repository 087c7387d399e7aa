import type { Catalog } from "./catalog.ts";
import { type Defaults, requireTenant, withDefaults } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import type {
  IActionRequest,
  IDbActionRequest,
  INotificationRequest,
  IPublishRequest,
  IStorageRequest,
} from "./event-input.ts";
import type { IJobProcessorInput } from "./input.ts";
import type { JobReceipt } from "./job.ts";
import type { DispatchOptions, JobProcessor } from "./processor.ts";
import { type IFileReadResult, readFile } from "./read-file.ts";

/*
 * The names of Ductape's documentation beside our own: each `dispatch` is `processor.job.dispatch` of an event of one type. Everything
 * but the names of what it runs is sent as it is given.
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

/** A feature: the tag of its event, by one of four names. */
export interface FeatureDispatch extends DispatchFields {
  feature?: string | undefined;
  tag?: string | undefined;
  event?: string | undefined;
  workflow?: string | undefined;
  /** Default: `{}`. */
  input?: Record<string, unknown> | undefined;
  /** `retries`, and `timeout_ms` as `timeout`. */
  options?: { retries?: number | undefined; timeout?: number | undefined } | undefined;
}

/** A message: `notification` and `event` are the event `notification:event`, unless `event` has a colon already. */
export interface NotificationDispatch extends DispatchFields {
  notification?: string | undefined;
  event: string;
  input: INotificationRequest;
}

/** A file: the tag of its event. The event's storage counts, by the catalog; `storage` is for the reader. */
export interface StorageDispatch extends DispatchFields {
  storage?: string | undefined;
  event: string;
  input: IStorageRequest | Record<string, unknown>;
}

/** A named action of a database: `database` and `event` are the event `database:event`, unless `event` has a colon already. */
export interface DatabaseDispatch extends DispatchFields {
  database?: string | undefined;
  event: string;
  /** Default: `{}`. */
  input?: IDbActionRequest | undefined;
}

/** A message for a broker: `broker` and `event` are the event `broker:event`, unless `event` has a colon already. */
export interface PublishDispatch extends DispatchFields {
  broker?: string | undefined;
  event: string;
  input: IPublishRequest;
}

/** Schedules a job, and resolves with its receipt as soon as it is accepted. */
export interface Dispatcher<Dispatch> {
  dispatch(data: Dispatch, options?: DispatchOptions): Promise<JobReceipt>;
}

/** Something of Ductape that does not exist here. Each call rejects with what to do instead. */
export interface NotHere {
  dispatch(...data: unknown[]): Promise<never>;
}

export interface DatabaseDispatcher extends NotHere {
  action: Dispatcher<DatabaseDispatch>;
}

export interface FileReader {
  /** Reads a file of this machine, for the input of a storage event. Needs Node's file system. */
  readFile(path: string): Promise<IFileReadResult>;
}

/** The namespaces of Ductape's documentation. */
export interface Namespaces {
  actions: Dispatcher<ActionDispatch>;
  api: Dispatcher<ActionDispatch>;
  features: Dispatcher<FeatureDispatch>;
  workflows: Dispatcher<FeatureDispatch>;
  notifications: Dispatcher<NotificationDispatch>;
  databases: DatabaseDispatcher;
  database: DatabaseDispatcher;
  storage: Dispatcher<StorageDispatch> & FileReader & { files: { read: FileReader["readFile"] } };
  graphs: NotHere & { action: NotHere };
  events: Dispatcher<PublishDispatch>;
}

export function createNamespaces(job: Pick<JobProcessor<Catalog>, "dispatch">, defaults: () => Defaults): Namespaces {
  const dispatcher = <Dispatch extends DispatchFields>(
    call: string,
    jobOf: (data: Dispatch) => Pick<IJobProcessorInput, "event" | "input">,
  ): Dispatcher<Dispatch> => ({
    async dispatch(data, options) {
      if (typeof data !== "object" || data === null) throw refused(call, "", "pass what to run");
      const whole = withDefaults(jobOf(data), defaults());
      requireTenant(call, whole, ["product_tag", "env"]);
      return job.dispatch(whole, options);
    },
  });

  const actions = (call: string) =>
    dispatcher(call, ({ event, action, input = {}, ...rest }: ActionDispatch) => ({
      ...rest,
      event: theOneOf(call, { event, action }),
      input,
    }));
  const features = (call: string) =>
    dispatcher(call, ({ feature, tag, event, workflow, input = {}, options, ...rest }: FeatureDispatch) => ({
      ...withOptions(rest, options),
      event: theOneOf(call, { feature, tag, event, workflow }),
      input,
    }));
  const notifications = dispatcher(
    "notifications.dispatch",
    ({ notification, event, ...rest }: NotificationDispatch) => ({
      ...rest,
      event: joined("notifications.dispatch", notification, event),
    }),
  );
  const database = {
    action: dispatcher("databases.action.dispatch", ({ database, event, input = {}, ...rest }: DatabaseDispatch) => ({
      ...rest,
      event: joined("databases.action.dispatch", database, event),
      input,
    })),
    ...notHere(
      "databases.dispatch",
      "operations on tables do not exist. Write the statement as an action of the catalog's database, and call databases.action.dispatch({ database, event, input })",
    ),
  };
  const storage = {
    ...dispatcher("storage.dispatch", ({ storage: _, event, ...rest }: StorageDispatch) => ({
      ...rest,
      event: theOneOf("storage.dispatch", { event }),
    })),
    readFile,
    files: { read: readFile },
  };
  const noGraphs = "graph databases do not exist. Call the graph's HTTP API as an action of the catalog's app";
  return {
    actions: actions("actions.dispatch"),
    api: actions("api.dispatch"),
    features: features("features.dispatch"),
    workflows: features("workflows.dispatch"),
    notifications,
    databases: database,
    database,
    storage,
    graphs: { ...notHere("graphs.dispatch", noGraphs), action: notHere("graphs.action.dispatch", noGraphs) },
    events: dispatcher("events.dispatch", ({ broker, event, ...rest }: PublishDispatch) => ({
      ...rest,
      event: joined("events.dispatch", broker, event),
    })),
  };
}

const refused = (call: string, pointer: string, detail: string) =>
  new InvalidRequestError("INVALID_REQUEST", `${call} does not say what to run.`, [{ pointer, detail }]);

const notHere = (call: string, instead: string): NotHere => ({
  dispatch: () => Promise.reject(new InvalidRequestError("INVALID_REQUEST", `${call}: here, ${instead}.`, [])),
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

function joined(call: string, target: string | undefined, event: string): string {
  const tag = theOneOf(call, { event });
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
