import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { installHint } from "../../infra/bundle/needed-packages.ts";
import { jsonForSqs } from "../../lambdas/aws/sqs/escape.ts";
import { openOffsetFile } from "../clock/offset-file.ts";
import { makeOverdue } from "../clock/overdue.ts";
import { setClockOffset, shiftDate } from "../clock/shifted-date.ts";
import { startClock } from "../clock/start-clock.ts";
import { codeWork, queueWork, reconcilerWork } from "../clock/works.ts";
import { bundleAll } from "../code/bundles.ts";
import { startCodeService } from "../code/code-service.ts";
import { jobOutput } from "../code/job-output.ts";
import { cannotWrite } from "../data/data-fault.ts";
import { openDataFolder } from "../data/data-folder.ts";
import { emptiedFolder } from "../data/private.ts";
import { databasePlace } from "../demo/local-values.ts";
import { makeDemoDatabase } from "../demo/postgres.ts";
import { withDatabase } from "../demo/with-database.ts";
import { makeFirstHandler, noCode } from "../gateway/first-handler.ts";
import { makeGateway } from "../gateway/gateway.ts";
import { type Handler, serve } from "../gateway/http.ts";
import { makeSession } from "../gateway/session.ts";
import type { FirstRequest } from "../host/first-request.ts";
import { startHost } from "../host/host.ts";
import { watchFolders } from "../host/watch.ts";
import { requestRule } from "../intake/request-rule.ts";
import { watchImports } from "../intake/watch-imports.ts";
import { startOutbox } from "../outbox/outbox.ts";
import { eventSources } from "../queues/event-sources.ts";
import { type Poller, startPoller } from "../queues/poller.ts";
import { startScheduler } from "../scheduler/scheduler.ts";
import { bucketNames, catalogValues, missing, unknownPlaces, unusedReferences } from "../servers/catalog-values.ts";
import { startDynamoDb } from "../servers/dynamodb.ts";
import { keepExpressions } from "../servers/expressions.ts";
import { onFailedWrite, readInPlace } from "../servers/level.ts";
import { otherHosts } from "../servers/other-hosts.ts";
import { readReferences } from "../servers/secret-values.ts";
import { startSecrets } from "../servers/secrets.ts";
import { startSqsAndS3 } from "../servers/sqs-s3.ts";
import { openChangeLog } from "../stream/change-log.ts";
import { type Feed, startFeed } from "../stream/feed.ts";
import type { ItemChange } from "../stream/front.ts";
import { type AttemptLines, openLambdaLog } from "../terminal/lambda-log.ts";
import { credentials } from "./credentials.ts";
import { codeEnvironment, lambdaEnvironment } from "./environment.ts";
import { apiKeySecret, approvalSecret, queueArn, queueName } from "./names.ts";
import { reconcileEveryMs, startRule } from "./reconciler-rule.ts";
import { portFault } from "./start-error.ts";

export interface LocalOptions {
  /** The data folder. Default `.ductape`. */
  dataDir?: string;
  /** The gateway's port; 0 for any free one. Default 3000. */
  port?: number;
  /** The file with values of the catalog's references. Default `.env.local`. */
  envFile?: string;
  /** Values of the catalog's references, in place of those of the file. */
  values?: Readonly<Record<string, string>> | undefined;
  /** The file of a team's catalog, which exports `products`. Default: the repository's own. */
  catalog?: string | undefined;
  /** Reloads the code when the catalog or `lambdas/` change. */
  watch?: boolean;
  /** Shows the handlers' log in the terminal. */
  verbose?: boolean;
  /** How the terminal shows the end of each attempt. Default: not at all. */
  attempts?: AttemptLines;
  /** How many milliseconds late a schedule fires. Default: up to 60 s at random, as in AWS. */
  schedulerLateness?: () => number;
  /** Default 10 s. */
  reconcileEveryMs?: number;
  /** How many milliseconds after its time a job is redispatched. Default 5 s; a minute in AWS. */
  reconcileGraceMs?: number;
  /** Makes the recurring jobs that the catalog's schedules ask for, and follows their changes. Default: leaves them alone. */
  schedules?: boolean;
  /** Lets jobs call other machines than this one, such as those of the env `prd`. Default: such calls are refused. */
  allowReal?: boolean;
  /** Called when code of the catalog takes effect: at the start, and after each reload. */
  onCode?: () => void;
  /** Prints a message for the user. Default: to standard error. */
  say?: (line: string) => void;
  /** Prints what the functions of the catalog write. Default: as `say`. */
  output?: (line: string) => void;
}

export interface Local {
  url: string;
  apiKey: string;
  /** Where clients of AWS reach the stand-ins: one URL for SQS, SNS and S3, the other for EventBridge. */
  aws: { sqs: string; events: string };
  /** Whether its data folder was new. */
  isNew: boolean;
  /** Whether jobs may call other machines. */
  allowReal: boolean;
  /** A request of the catalog's, to try first. */
  first?: FirstRequest | undefined;
  /** By how many milliseconds the clock was ahead of the machine's when the system started. */
  clockOffsetMs: number;
  /**
   * Resolves with a message for the user when the system can no longer store jobs: it refuses everything, and should be
   * stopped.
   */
  broken: Promise<string>;
  /**
   * Stops accepting requests, gives running work a moment to end, and closes everything. Interrupted work resumes at the
   * next start.
   */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const drainMs = 3000;

/** Starts the whole system. Throws a StartError for what its user can fix; whatever was started by then is stopped. */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (let last = stops.pop(); last; last = stops.pop()) await last();
  };
  try {
    const broken = Promise.withResolvers<string>();
    return { ...(await start(options, stops, broken.resolve)), broken: broken.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const remedy =
  "Free some space and start again: nothing that was accepted is lost, and what was refused can be sent again.";

async function start(
  options: LocalOptions,
  stops: (() => Promise<void> | void)[],
  broke: (why: string) => void,
): Promise<Omit<Local, "stop" | "broken">> {
  const { say = console.error, envFile = ".env.local", reconcileGraceMs: graceMs = 5000, allowReal = false } = options;
  const data = await openDataFolder(resolve(options.dataDir ?? ".ductape"));
  stops.push(data.release);
  // The port first: if it is taken, nothing else needs to start. Early requests wait.
  const gateway = makeFirstHandler();
  const http = await onPort(options.port ?? 3000, gateway.handler);
  stops.push(() => http.close());

  stops.push(shiftDate());
  const offset = openOffsetFile(data.path("clock.json"));
  setClockOffset(offset.offset);
  let clock: ReturnType<typeof startClock> | undefined;
  const changes = await data.open("stream.db", openChangeLog);
  stops.push(changes.close);
  let feed: Feed | undefined;
  const changed = (writes: readonly ItemChange[]) => {
    feed?.wake();
    clock?.wrote(writes);
  };
  stops.push(readInPlace());
  stops.push(onFailedWrite(() => broke(`${cannotWrite(data.path("dynamodb"))} ${remedy}`)));
  stops.push(keepExpressions());
  const dynamodb = await data.open("dynamodb", (folder) => startDynamoDb(folder, { log: changes, changed }));
  stops.push(() => dynamodb.close());
  const sqsAndS3 = await data.open("sqs-s3", (folder) => startSqsAndS3(folder, undefined, data.ports.sqs));
  stops.push(sqsAndS3.close);
  const { queueUrl } = sqsAndS3;
  const sqs = new SQSClient({ endpoint: sqsAndS3.url, ...credentials });
  stops.push(() => sqs.destroy());
  const intakeQueueUrl = queueUrl(queueName("intake"));
  const outbox = await startOutbox(data.fcmKey, requestRule(sqs, intakeQueueUrl), data.ports.events);
  stops.push(outbox.close);
  const givenValues = () => options.values ?? readReferences(envFile);
  const values = () => catalogValues(givenValues(), outbox, data.fcmKey);
  const orders = makeDemoDatabase({ folder: data.path("postgres"), password: data.ordersPassword });
  stops.push(orders.stop);
  const secrets = await startSecrets(async (name) => {
    if (name === apiKeySecret) return data.apiKey;
    if (name === approvalSecret) return data.approvalKey;
    const value = values().get(name);
    return value?.includes(databasePlace) ? withDatabase(value, orders, say) : value;
  });
  stops.push(() => secrets.close());
  const lateness = options.schedulerLateness && { lateness: options.schedulerLateness };
  const scheduler = await data.open("schedules.db", (file) => startScheduler({ file, sqs, queueUrl, ...lateness }));
  stops.push(scheduler.close);

  const log = openLambdaLog(data.path("log", "lambda.log"), options);
  stops.push(log.close);
  const catalog = options.catalog === undefined ? undefined : resolve(options.catalog);
  let first: FirstRequest | undefined;
  const refused = new Set<string>();
  const onRefused = (name: string) => {
    // Once is enough, however many jobs try.
    if (refused.has(name)) return;
    refused.add(name);
    say(`A job would have called ${name}, which is not this machine: refused. --allow-real lets jobs call it.`);
  };
  const code = await startCodeService({
    onEnd: (record) =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(queueName("answers")), MessageBody: jsonForSqs(record) })),
    env: codeEnvironment(secrets.url),
    allowReal,
    onRefused,
    onOutput: jobOutput(options.output ?? say),
  });
  stops.push(() => code.close());
  const codeFolder = emptiedFolder(data.path("code"));
  let reload = () => {};
  const own = catalog === undefined ? [resolve(root, "products"), resolve(root, "lambdas")] : [dirname(catalog)];
  const watcher = options.watch ? watchFolders([...own, resolve(envFile)], () => reload()) : undefined;
  if (watcher) stops.push(watcher.close);
  const host = await startHost({
    root,
    allowReal,
    onRefused,
    bundle: (entries) => bundleAll(entries, { catalog, folder: codeFolder }),
    catalog: catalog === undefined ? undefined : { file: catalog, folder: emptiedFolder(data.path("catalog")) },
    env: lambdaEnvironment({
      api: http.url,
      dynamodb: dynamodb.url,
      sqsAndS3: sqsAndS3.url,
      scheduler: scheduler.url,
      secrets: secrets.url,
      code: code.url,
      events: outbox.url,
      outbox: outbox.url,
      queueUrl,
      reconcileGraceMs: graceMs,
      followSchedules: options.schedules ?? false,
    }),
    onOutput: log.take,
    say,
    nextChange: watcher?.next,
    waits: () => gateway.use(noCode),
    onCatalog: (needs, bundles) => {
      first = needs.first;
      code.use(bundles);
      watcher?.add([...bundles.values()].flatMap(({ sources }) => sources.map((path) => dirname(path))));
      const known = values();
      for (const bucket of bucketNames(needs, known)) sqsAndS3.createBucket(bucket);
      for (const queue of needs.queues) sqsAndS3.createQueue(queue);
      for (const bus of needs.buses) outbox.addBus(bus);
      for (const reference of missing(needs, known)) say(`${reference} has no value: set it in ${envFile}.`);
      const others = otherHosts(needs.addresses, known);
      if (others.length > 0) say(`${aboutOthers(allowReal)}\n${others.map((one) => `  ${one}`).join("\n")}`);
      const { missing_packages } = needs;
      if (missing_packages.length > 0)
        say(`${installHint(missing_packages)}. Until then, only the jobs that need them fail.`);
      const given = givenValues();
      for (const line of [...unusedReferences(given, needs.references), ...unknownPlaces(given)])
        say(`${envFile}: ${line}`);
      if (bundles.size > 0) options.onCode?.();
    },
  });
  stops.push(() => host.close(1000));
  reload = () => void host.reload().then((outcome) => outcome === "reloaded" && say("Reloaded the changed code."));
  await watcher?.ready();

  feed = startFeed({
    log: changes,
    invoke: async (event) => {
      // First, and again with the others if they fail: it puts the same entries.
      if (event.Records.some(({ dynamodb }) => dynamodb?.NewImage?.search)) await host.invoke("indexer", event);
      return host.invoke("lifecycle", event);
    },
  });
  stops.push(() => feed?.close(drainMs));
  const pollers = eventSources.map(({ queue, entry, ...limits }) =>
    startPoller({
      inbox: sqsAndS3.inbox(queue),
      queueArn: queueArn(queue),
      invoke: (event) => host.invoke(entry, event),
      ...limits,
    }),
  );
  const imports = watchImports({ endpoint: sqsAndS3.url, sqs, queueUrl: intakeQueueUrl });
  const everyMs = options.reconcileEveryMs ?? reconcileEveryMs;
  const overdue = makeOverdue({ graceMs, everyMs });
  const rule = startRule((event) => overdue.lookedBy(() => host.invoke("reconciler", event)), everyMs);
  stops.push(async () => {
    await Promise.all([http, ...pollers, imports, rule].map((part) => part.close(drainMs)));
  });
  const queueWorks = eventSources.map(({ queue }, i) =>
    queueWork(queue, () => sqsAndS3.messages(queue), pollers[i] as Poller),
  );
  clock = startClock({
    file: offset,
    dynamodb: dynamodb.url,
    overdue,
    works: [...queueWorks, scheduler, reconcilerWork(rule, overdue), codeWork(code)],
    feed,
    sendOffset: (offsetMs) => {
      host.moveClock(offsetMs);
      code.moveClock(offsetMs);
    },
  });
  stops.push(clock.close);
  const session = makeSession(data.apiKey);
  gateway.use(makeGateway({ invoke: host.invoke, outbox: outbox.handle, clock: clock.handle, session }));
  const aws = { sqs: sqsAndS3.url, events: outbox.url };
  data.announce({ url: http.url, api_key: data.apiKey, pid: process.pid, dynamodb: dynamodb.url, aws });
  const { url } = http;
  return { url, apiKey: data.apiKey, aws, isNew: data.isNew, clockOffsetMs: offset.offset, allowReal, first };
}

const aboutOthers = (allowReal: boolean): string =>
  allowReal
    ? "Jobs call these hosts of the catalog for real, as --allow-real says:"
    : "These hosts of the catalog are not this machine. Calls to them are refused; --allow-real makes them for real:";

async function onPort(port: number, handler: Handler) {
  try {
    return await serve(handler, port);
  } catch (error) {
    throw portFault(port, error);
  }
}
