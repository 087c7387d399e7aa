import { defined } from "../../core/kernel/defined.ts";
import { type Attempts, type Base, places, retrying, withinTimeout } from "./attempts.ts";
import type {
  ActionCall,
  CallFields,
  Contract,
  DatabaseCall,
  DuctapeContext,
  MessageCall,
  PublishCall,
  StorageCall,
  Untyped,
} from "./context.ts";
import { ductapeValue } from "./sent-value.ts";

type Calls = Pick<
  DuctapeContext,
  "api" | "action" | "actions" | "database" | "notification" | "storage" | "publish" | "messaging" | "functions"
>;
type Fields = Record<string, unknown>;

/** The calls that run an event of the product as a job. Their names of events are those of the SDK's namespaces. */
export function ductapeCalls(base: Base): Calls {
  const counts = new Map<string, number>();
  const run = (what: string, event: string, input: Fields, { retries, timeout }: CallFields): Promise<Untyped> => {
    const attempts: Attempts = { retries };
    const sent = ductapeValue(input) as Fields;
    return retrying(base, what, attempts, () =>
      withinTimeout(base, event, timeout, () => base.run<Untyped>(event, sent)),
    );
  };

  /** A job that repeats another has another key for the app's server, unless it is given the one of the first. */
  const withKey = (event: string, input: Fields, { retries = 0 }: CallFields): Fields => {
    const place = places.getStore();
    const known = place?.counts ?? counts;
    const count = (known.get(event) ?? 0) + 1;
    known.set(event, count);
    if ((retries === 0 && !place?.isRepeated) || hasIdempotencyKey(input)) return input;
    const path = [place?.path, event, count]
      .filter((part) => part !== undefined)
      .map((part) => encodeURIComponent(part));
    return { ...input, "headers:Idempotency-Key": `${base.jobId}-${base.runNumber}/${path.join("/")}` };
  };

  const action = (name: string) => ({
    run: async (data: ActionCall) => {
      const { app, event, action: other, input = {}, ...more } = dataOf(`ctx.${name}.run`, data);
      noOther(`ctx.${name}.run`, more, ["retries", "timeout"]);
      const tag = joinedNames(`ctx.${name}.run`, app, { event, action: other });
      const result = await run(`ctx.${name}.run`, tag, withKey(tag, input, more), more);
      return resultBody(result);
    },
  });

  const database =
    (name: string, read: (result: Untyped, isList: boolean) => unknown) => async (data: DatabaseCall) => {
      const call = `ctx.database.${name}`;
      const { database: of, event, action: other, ...more } = dataOf(call, data);
      noOther(call, more, ["data", "params", "where", "filter", "query", "input", "retries", "timeout"]);
      const result = await run(call, joinedNames(call, of, { event, action: other }), writtenRows(call, more), more);
      return read(result, Array.isArray(more.data)) as Untyped;
    };

  const message = (name: string, inputOf: (content: Fields) => Fields) => async (data: MessageCall) => {
    const call = `ctx.notification.${name}`;
    const { notification, event, retries, timeout, ...content } = dataOf(call, data);
    const tag = joinedNames(call, event === undefined ? undefined : notification, { event: event ?? notification });
    return run(call, tag, inputOf(content), { ...defined({ retries, timeout }) });
  };

  const publish = (call: string) => async (data: PublishCall) => {
    const { broker, event, input, message: content, key, headers, ...more } = dataOf(call, data);
    noOther(call, more, ["retries", "timeout"]);
    return run(call, joinedNames(call, broker, { event }), input ?? defined({ message: content, key, headers }), more);
  };

  const invoke = async (contract: Contract, operation: string, input: unknown = {}): Promise<Untyped> => {
    if (typeof operation !== "string" || operation === "")
      throw new TypeError(
        `ctx.functions.invoke(${contractName(contract)}, operation, input) needs the name of an operation.`,
      );
    return run("ctx.functions.invoke", operation, { payload: input }, {});
  };

  return {
    api: action("api"),
    action: action("action"),
    actions: action("actions"),
    database: {
      insert: database("insert", changedOf),
      query: database("query", readRows),
      update: database("update", changedOf),
      delete: database("delete", wasDeleted) as never,
      execute: database("execute", (result) => result),
    },
    notification: {
      email: message("email", ({ input, ...content }) => ({ email: input ?? content })),
      sms: message("sms", ({ input, ...content }) => ({ sms: smsOf((input ?? content) as Fields) })),
      push: message("push", ({ input, ...content }) => ({
        push_notification: pushFields((input ?? content) as Fields),
      })),
      send: message("send", ({ input, ...content }) => channelsOf((input ?? content) as Fields)),
    },
    storage: {
      upload: async (data: StorageCall) => {
        const call = "ctx.storage.upload";
        const { storage, event, input, retries, timeout, ...content } = dataOf(call, data);
        const tag = joinedNames(call, undefined, { event: event ?? storage });
        return uploaded(await run(call, tag, (input ?? content) as Fields, defined({ retries, timeout })));
      },
    },
    publish: { send: publish("ctx.publish.send") },
    messaging: { produce: publish("ctx.messaging.produce") },
    functions: {
      invoke,
      use: (contract) =>
        new Proxy({} as ReturnType<DuctapeContext["functions"]["use"]>, {
          get: (_none, operation) =>
            typeof operation === "symbol" || operation === "then"
              ? undefined
              : (input?: unknown) => invoke(contract, operation, input),
        }),
    },
  };
}

function dataOf<Data extends object>(call: string, data: Data): Data {
  if (typeof data === "object" && data !== null) return data;
  throw new TypeError(`${call} needs an object that says what to run: ${call}({ event: "..." }).`);
}

/** A field that is passed over would be a wish that nobody hears. */
function noOther(call: string, fields: object, known: readonly string[]): void {
  const [other] = Object.keys(fields).filter((name) => !known.includes(name));
  if (other !== undefined) throw new TypeError(`${call} takes no \`${other}\`: ${known.join(", ")}.`);
}

/** The event `target:event`, unless it has a colon already or there is no target. */
function joinedNames(call: string, target: string | undefined, names: Record<string, string | undefined>): string {
  const given = Object.entries(names).filter(([, value]) => value !== undefined && value !== "");
  const [first, other] = given;
  if (typeof first?.[1] !== "string")
    throw new TypeError(`${call} needs \`${Object.keys(names)[0]}\`, the tag of an event of the catalog.`);
  if (other && other[1] !== first[1]) throw new TypeError(`${call}: \`${first[0]}\` and \`${other[0]}\` differ.`);
  const [, tag] = first;
  return target === undefined || target === "" || tag.includes(":") ? tag : `${target}:${tag}`;
}

const isIdempotencyKey = (name: string) => /^(headers:)?idempotency-key$/i.test(name);
const hasIdempotencyKey = (input: Fields): boolean =>
  Object.keys(input).some(isIdempotencyKey) ||
  (typeof input.headers === "object" && Object.keys(input.headers ?? {}).some(isIdempotencyKey));

const contractName = (contract: Contract): string =>
  typeof contract === "string" ? contract : (contract?.namespace ?? "contract");

const resultBody = (result: Untyped): Untyped => result?.body ?? null;

/** `params` and `data` are values of placeholders, and `where` is what the others call `filter`. */
function writtenRows(
  call: string,
  { input, data, params, where, filter = where, query = filter }: DatabaseCall,
): Fields {
  if (input !== undefined)
    return ["data", "filter", "query"].some((name) => name in input) || Object.keys(input).length === 0
      ? input
      : { data: input };
  if (Array.isArray(data) && params !== undefined)
    throw new TypeError(`${call} takes a list of rows as \`data\`, or \`params\`, and not both.`);
  const values = data === undefined ? params : Array.isArray(data) ? data : { ...params, ...data };
  return defined({ data: values, filter: query });
}

/** What a statement that returns rows has returned: one as by itself. */
function changedOf(result: Untyped, isList: boolean): unknown {
  const rows = result?.rows;
  if (!Array.isArray(rows) || (rows.length === 0 && !isList)) return result;
  return isList || rows.length > 1 ? rows : rows[0];
}

const lists = ["rows", "documents", "items"];
const single = ["document", "item"];
function readRows(result: Untyped): unknown {
  const name = [...lists, ...single].find((one) => typeof result === "object" && result !== null && one in result);
  return name === undefined ? result : result[name];
}

function wasDeleted(result: Untyped): boolean {
  const count: unknown = result?.affected_rows ?? result?.deleted_count;
  return typeof count === "number" ? count > 0 : result?.deleted !== undefined && result.deleted !== null;
}

const smsOf = ({ phones, message, ...others }: Fields): Fields => ({
  ...defined({ to: phones, body: message }),
  ...others,
});
const pushFields = ({ tokens, ...others }: Fields): Fields => ({ ...defined({ device_tokens: tokens }), ...others });

function channelsOf({ sms, push, push_notification = push, ...others }: Fields): Fields {
  return {
    ...others,
    ...(sms !== undefined && { sms: smsOf(sms as Fields) }),
    ...(push_notification !== undefined && { push_notification: pushFields(push_notification as Fields) }),
  };
}

const uploaded = (file: Untyped): Untyped =>
  typeof file === "object" && file !== null
    ? {
        ...file,
        ...{ success: true, file_key: file.key, fileName: file.key },
        ...(file.mime_type !== undefined && { mimeType: file.mime_type, content_type: file.mime_type }),
      }
    : file;
