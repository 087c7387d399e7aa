/*
 * What Ductape's context has and this project does not. Each is refused where it is called, with what to do instead: a value made up would
 * lead the handler astray.
 */

const nobody = "here nothing reads or writes it";
const apis = (what: string) =>
  `${what} do not exist. Call its HTTP API as an action of the catalog's app, by ctx.api.run`;
const files =
  "files are stored only. Read and delete them in ctx.step with your provider's own client: the result of ctx.storage.upload has the bucket, the key and the URL";
const groups =
  "a fallback or quota of the catalog stands for others: run an event that uses it, by ctx.api.run({ event }) and so on";
const sessions =
  "a run has no session. Pass what the handler needs of it in the input, and declare the catalog's sessions for the request that starts the run";
const secrets =
  "credentials are references in the catalog. An app's auth has them, and defineFeature's steps read others by `secret`";
const origins =
  "a run does not know which it was begun from: features.replay and features.restart begin a new run with the input that they say. Pass it in the input";

/** By the path below ctx. A namespace refuses every call of it. */
export const instead: Readonly<Record<string, string>> = {
  graph: apis("graph databases"),
  vector: apis("vector databases"),
  agent: apis("agents"),
  agents: apis("agents"),
  model: apis("models"),
  models: apis("models"),
  sessions,
  cache: "results are remembered by a request's cache tag. Keep other values in a cache of yours, by ctx.step",
  fallback: groups,
  quota: groups,
  healthcheck:
    "healthchecks are in the catalog and asked when a job comes; the job's attempts say which target ran them",
  "storage.download": files,
  "storage.delete": files,
  "storage.remove": files,
  "storage.list": files,
  token: secrets,
  session: sessions,
  auth: sessions,
  is_replay: origins,
  is_restart: origins,
  is_restored: origins,
  replayed_from: origins,
  restarted_from: origins,
  resumed_from: origins,
  replay_reason: origins,
  restart_reason: origins,
  resume_reason: origins,
  restored_checkpoint: origins,
  original_input: origins,
};

/** What of `instead` is a value and no call. */
export const values: readonly string[] = [
  "session",
  "auth",
  ...Object.keys(instead).filter((name) => instead[name] === origins),
];
const calls: readonly string[] = ["token"];

/** Thrown where a handler reaches for what is not here. No retry helps, and a step that may fail does not hide it. */
export class NotHereError extends TypeError {
  override readonly name = "NotHereError";
  readonly code = notHere;
  readonly retryable = false;
}
export const notHere = "NOT_HERE";

export const notHereError = (path: string, sentence = instead[path] ?? nobody): NotHereError =>
  new NotHereError(`ctx.${path}: here, ${sentence}.`);

const refusing = (path: string, sentence?: string) => (): never => {
  throw notHereError(path, sentence);
};

/** Adds to a context what refuses to be used. */
export function withRefusals<Context extends object>(context: Context): Context {
  for (const [path, sentence] of Object.entries(instead)) {
    const [name = "", member] = path.split(".");
    if (member !== undefined) {
      Object.assign((context as Record<string, object>)[name] ?? {}, { [member]: refusing(path, sentence) });
    } else if (values.includes(name)) Object.defineProperty(context, name, { get: refusing(name) });
    else if (calls.includes(name)) Object.defineProperty(context, name, { value: refusing(name) });
    else Object.defineProperty(context, name, { value: namespace(name, sentence) });
  }
  return context;
}

/** Whatever is called of it is refused by its name. Reading it does nothing, as of any object. */
const namespace = (name: string, sentence: string) =>
  new Proxy(
    {},
    { get: (_none, member) => (typeof member === "symbol" ? undefined : refusing(`${name}.${member}`, sentence)) },
  );
