import { InvalidRequestError } from "./errors.ts";

/*
 * Calls of Ductape's documentation that this client does not have. They are not in its types, so that a compiler refuses them. A
 * program without types gets a sentence that says what to do, in place of "is not a function".
 */

const inCatalog = (what: string) =>
  `${what} are code: declare them in the product's file in the catalog, and deploy it`;

const credentials =
  "credentials are references in the catalog: write the app's auth there, such as auth: { type: 'bearer', token: secret('shop/stripe#key') }";
const tables =
  "operations on tables do not exist. Write the statement as an action of the catalog's database, and call databases.action.dispatch({ database, event, input }), or databases.execute({ database, action, input }) to await its result";
const schemas =
  "tables and indexes are not made by jobs. Make them with a migration tool of yours, and write the statements that jobs run as actions of the catalog's database";
const noConnection = "there is nothing to connect: a consumer connects when a job runs";
const graphs = "graph databases do not exist. Call the graph's HTTP API as an action of the catalog's app";
const vectors = "vector databases do not exist. Call the database's HTTP API as an action of the catalog's app";
const files =
  "files are stored only. Read and delete them with your provider's own client: the result of storage.upload has the bucket, the key and the URL";
const consumers =
  "messages are published only (events.dispatch, events.produce). Consume them with your broker's own client, or send each to POST /v1/jobs";
const topics = "topics are made at the broker, and brokers are declared in the catalog";
const published = "what was published is in the jobs: jobs.list({ namespace: 'events' })";
const sentMessages = "what was sent is in the jobs: jobs.list({ namespace: 'notifications' })";
const features =
  "a run that has failed goes on from its failed step by jobs.retry(job_id); features.status, features.history and features.stepDetail say where it is, and features.replay and features.restart begin anew";
const followed =
  "a run is asked by its job: features.status, features.history and features.stepDetail say where it is, features.execute and jobs.wait wait for its end, and webhooks of the catalog tell of it";
const definitions =
  "features are code of the catalog: write this in a file beside it, with features.define of ductape-jobs/code, export it, and name the file in the catalog's features by code('../features/order.ts')";
const groups =
  "a fallback or quota of the catalog stands for others: name an event that uses it, with actions.run or actions.dispatch";
const jobs =
  "a job is an event of the catalog: write its handler there as code('../jobs/report.ts'), and schedule it by processor.job.dispatch({ event, input, schedule: { cron } })";
const functions = "a function is an event: processor.job.schedule({ event, input: { payload } })";
const sessions =
  "sessions are not made here. Sign a JWT yourself, declare how it is checked in the catalog's sessions, and pass session: { tag, token } with a request";
const caches =
  "results are remembered by a request's cache tag, and cache.clear({ tag }) forgets them. Keep other values in a cache of yours";
const agents = "agents and models do not exist. Call the model's HTTP API as an action of the catalog's app";
const secrets =
  "secrets are in AWS Secrets Manager or Parameter Store. The catalog refers to them by secret('name#key') and parameter('/name')";
const healthchecks =
  "healthchecks are in the catalog and asked when a job comes; the job's attempts say which target ran them";

/** What to do instead, by the call. */
export const instead: Readonly<Record<string, string>> = {
  ...each("databases", ["dispatch", "query", "insert", "update", "upsert", "delete", "count", "aggregate"], tables),
  ...each("databases", ["raw", "transaction", "beginTransaction"], tables),
  ...each("databases", ["find", "findOne", "groupBy", "sum", "avg", "min", "max", "subscribe"], tables),
  ...each("databases", ["createTable", "alterTable", "dropTable", "tableExists", "listTables"], schemas),
  ...each("databases", ["getTableSchema", "createIndex", "dropIndex", "listIndexes", "getIndexStatistics"], schemas),
  ...each("databases", ["runMigration", "rollbackMigration", "getMigrationHistory", "getMigrationStatus"], schemas),
  ...each("databases.schema", ["create", "list", "exists", "describe", "rename", "drop"], schemas),
  ...each("databases.schema", ["addField", "modifyField", "renameField", "dropField"], schemas),
  ...each("databases.schema", ["addConstraint", "dropConstraint", "createIndex", "dropIndex", "indexes"], schemas),
  ...each("databases", ["connect", "testConnection", "disconnect", "closeAll"], noConnection),
  ...each("databases", ["create", "list", "fetch", "fetchAll", "createAction"], inCatalog("databases")),
  ...each("databases.action", ["create", "update", "fetch", "fetchAll"], inCatalog("databases")),
  ...each("warehouse", ["query"], tables),
  ...each("graphs", ["dispatch", "action.dispatch", "query", "execute", "connect"], graphs),
  ...each("graphs", ["createNode", "findNodes", "createRelationship"], graphs),
  ...each("vector", ["query", "upsert", "delete", "connect"], vectors),
  ...each("actions", ["config", "oauth"], credentials),
  ...each("storage", ["download", "remove", "delete", "files", "listFiles", "getSignedUrl", "stats"], files),
  ...each("storage", ["create", "update", "list", "fetch", "fetchAll"], inCatalog("storages")),
  ...each("storage", ["testConnection"], noConnection),
  ...each("events", ["consume", "subscribe", "messages.query"], consumers),
  ...each("events.messages", ["getStats", "getDashboard", "getProducers"], published),
  ...each("events.messages", ["getConsumers", "getDeadLetters"], consumers),
  ...each("events.topics", ["create", "update", "list", "fetch"], topics),
  ...each("events", ["create", "update", "list", "fetch"], inCatalog("brokers")),
  ...each("events", ["connect", "testConnection"], noConnection),
  ...each("notifications", ["getMessages", "getStatus"], sentMessages),
  ...each("notifications", ["sendBatch"], "each message is a job: send many by jobs.batch"),
  ...each("notifications", ["create", "update", "list", "fetch", "fetchAll"], inCatalog("notifications")),
  ...each("notifications.message", ["create", "update", "fetch", "fetchAll"], inCatalog("messages")),
  ...each("features", ["resume", "replayFromStep", "compare"], features),
  ...each("features", ["getStatus", "getHistory", "subscribe"], followed),
  ...each("features", ["list"], "runs are jobs: jobs.list({ namespace: 'features', event })"),
  ...each("features", ["define", "create"], definitions),
  ...each("jobs", ["schedule"], jobs),
  ...each("job", ["create", "update", "fetch", "fetchAll"], jobs),
  ...each("fallback", ["execute", "run"], groups),
  ...each("functions", ["run", "invoke", "dispatch", "register"], functions),
  ...each("sessions", ["start", "verify", "refresh", "revoke", "list"], sessions),
  ...each("caches", ["get", "set", "delete", "clear"], caches),
  ...each("agents", ["define", "run", "dispatch"], agents),
  ...each("models", ["run", "generate", "create"], agents),
  ...each("secrets", ["get", "create", "update", "list", "delete"], secrets),
  ...each("healthcheck", ["getStatus", "check"], healthchecks),
  ...each("product", ["init", "create", "update", "fetch"], inCatalog("products")),
  ...each("app", ["init", "create", "update", "fetch"], inCatalog("apps")),
};

/** Of these namespaces there is nothing here: each call of them is refused, also those that are not listed. */
const wholes: Readonly<Record<string, string>> = {
  ...{
    warehouse: tables,
    graphs,
    vector: vectors,
    fallback: groups,
    functions,
    sessions,
    caches,
    agents,
    models: agents,
  },
  ...{ secrets, healthcheck: healthchecks, product: inCatalog("products"), app: inCatalog("apps") },
};

/** Other names of these namespaces, in older and newer documentation. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  actions: ["action", "api"],
  databases: ["database"],
  events: ["messaging", "messageBroker"],
  fallback: ["quota", "quotas", "resilience"],
  features: ["feature", "workflows"],
  functions: ["function"],
  graphs: ["graph"],
  healthcheck: ["health"],
  models: ["model"],
  notifications: ["notification"],
  vector: ["vectors"],
};

function each(namespace: string, calls: readonly string[], sentence: string): Record<string, string> {
  return Object.fromEntries(calls.map((call) => [`${namespace}.${call}`, sentence]));
}

/** A call that rejects with what to do instead. */
export const refusal =
  (call: string, sentence = instead[call]) =>
  async (): Promise<never> => {
    throw new InvalidRequestError("INVALID_REQUEST", `${call}: here, ${sentence}.`, []);
  };

/** Adds the calls that are refused to the namespaces that have others, and the namespaces of which nothing is here. */
export function withRefusals<Namespaces extends object>(namespaces: Namespaces): Namespaces {
  for (const [call, sentence] of Object.entries(instead)) {
    const [namespace = "", ...rest] = call.split(".");
    for (const name of [namespace, ...(aliases[namespace] ?? [])]) {
      add(namespaces as Place, [name, ...rest], refusal([name, ...rest].join("."), sentence));
    }
  }
  for (const [namespace, sentence] of Object.entries(wholes)) {
    for (const name of [namespace, ...(aliases[namespace] ?? [])]) {
      (namespaces as Place)[name] = refusedWhole(name, sentence);
    }
  }
  return namespaces;
}

/** Whatever is called below a path is refused by its name, at any depth. */
const refusedWhole = (path: string, sentence: string): unknown =>
  new Proxy(refusal(path, sentence), {
    get(call, name, self) {
      // To await the namespace, or to print it, calls nothing.
      if (typeof name === "symbol" || ["then", "toJSON"].includes(name) || name in call)
        return Reflect.get(call, name, self);
      return refusedWhole(`${path}.${name}`, sentence);
    },
  });

type Place = Record<string, unknown>;

/** Not listed among a namespace's calls (`enumerable`): these are no calls, and printing the client is to show those that it has. */
function add(place: Place, [name = "", ...rest]: string[], value: () => Promise<never>): void {
  if (rest.length === 0) {
    if (place[name] === undefined) Object.defineProperty(place, name, { value, enumerable: false });
    return;
  }
  place[name] ??= {};
  add(place[name] as Place, rest, value);
}
