import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../../../lambdas/aws/client/client-defaults.ts";
import { dynamoGates } from "../../../lambdas/aws/dynamodb/gates.ts";
import { dynamoJobStore } from "../../../lambdas/aws/dynamodb/job-store.ts";
import { newTable } from "../../../local/servers/dynamodb.ts";
import { settings, table } from "../../support/aws.ts";
import { requestOf } from "../catalog.ts";
import { type Due, type LineRun, type LineWorldOptions, lineWorld } from "../line-world.ts";
import { machineTime } from "../time.ts";
import { dueOf, type Starts, startsOf, type Workload } from "../workload.ts";

/** By then all jobs have to be scheduled. */
const leadMs = (jobs: number): number => 2000 + 6 * jobs;
/** How long jobs may take beyond what their limit asks for. */
const patienceMs = 60_000;

/** The API, consumers and the pump on their adapters, with a DynamoDB in another process and a timer for SQS. The jobs do nothing. */
export async function ours(workload: Workload): Promise<Starts> {
  const { limit, periodMs, jobsPerKey } = workload;
  const rule = { rate: { limit, period: periodMs } };
  return startsOf(await inRealTime({ rule }, dueOf(workload), (jobsPerKey * periodMs) / limit), workload);
}

/** Runs jobs under a limit in the time of this machine. Among the writes are those whose condition has failed. */
export const inRealTime = (
  options: Pick<LineWorldOptions, "rule" | "late" | "takesMs">,
  due: readonly Due[],
  longestMs = 0,
): Promise<LineRun> =>
  withDynamoDb(async ({ jobs, gates }) => {
    const world = lineWorld({
      ...options,
      time: machineTime,
      jobs: dynamoJobStore({ client: jobs, table, retentionDays: 30 }),
      gates: () => dynamoGates({ client: gates, table }),
    });
    const writes = writesOf(gates);
    const from = Date.now() + leadMs(due.length);
    await world.schedule(due.map(({ key, offsetMs }) => requestOf("job", key, from + offsetMs)));
    if (Date.now() > from) throw new Error("the jobs were due before all of them were scheduled");
    try {
      await world.over(due.length, longestMs + patienceMs);
      return { ran: world.ran, from, writes: writes(), messages: world.messages() };
    } finally {
      world.stop();
    }
  });

/** Counts the writes of a client from now on. */
function writesOf(client: DynamoDBClient): () => number {
  let writes = 0;
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        if (/^(Put|Update|Delete)Item/.test(commandName)) writes++;
        return next(args);
      },
    { step: "initialize", name: "writes" },
  );
  return () => writes;
}

async function withDynamoDb<T>(
  run: (clients: { jobs: DynamoDBClient; gates: DynamoDBClient }) => Promise<T>,
): Promise<T> {
  const file = fileURLToPath(new URL("./dynamodb-server.mjs", import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const endpoint = `http://127.0.0.1:${Number(port)}`;
  // Two, because those of the gates are counted.
  const [jobs, gates] = [0, 1].map(() => new DynamoDBClient({ ...clientDefaults, ...settings, endpoint })) as [
    DynamoDBClient,
    DynamoDBClient,
  ];
  try {
    await jobs.send(newTable(table));
    return await run({ jobs, gates });
  } finally {
    jobs.destroy();
    gates.destroy();
    if (child.kill()) await once(child, "exit");
  }
}
