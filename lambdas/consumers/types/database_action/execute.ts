import { type Reference, referenceName, type TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { declared, settingsOfEnv } from "../settings-of-env.ts";
import { databaseAction, databaseFaults, databaseRows } from "./definition.ts";
import type { ConnectedCall, DatabaseCall } from "./engines/call.ts";
import type { DatabaseTarget } from "./target.ts";
import type { Input } from "./values.ts";

type Execution = ExecutionOf<typeof databaseAction>;

/** Runs a named action of a database. Each engine, with its driver, is loaded when it is first used. */
export const execute = defineExecutor(databaseAction, async (execution): Promise<unknown> => {
  const { target, input, job } = execution;
  const { action: name, database } = execution.event;
  const lost = `Database ${database} no longer has action ${name}.`;
  recheckAction(target, name, input);
  switch (target.engine) {
    case "postgres": {
      const place = settingsOfEnv(target.envs, job, `Database ${database}`);
      const call = await connectedCall(execution, declared(target.actions, name, lost), place);
      return (await import("./engines/postgres.ts")).runPostgres(call);
    }
    case "mysql": {
      const place = settingsOfEnv(target.envs, job, `Database ${database}`);
      const call = await connectedCall(execution, declared(target.actions, name, lost), place);
      return (await import("./engines/mysql.ts")).runMysql(call);
    }
    case "mongodb": {
      const place = settingsOfEnv(target.envs, job, `Database ${database}`);
      const call = await connectedCall(execution, declared(target.actions, name, lost), place);
      return (await import("./engines/mongodb.ts")).runMongo(call);
    }
    case "dynamodb": {
      const { region, endpoint } = settingsOfEnv(target.envs, job, `Database ${database}`);
      const place = {
        region: await optionalSettingText(execution, region),
        endpoint: await optionalSettingText(execution, endpoint),
      };
      const call = callOf(execution, declared(target.actions, name, lost));
      return (await import("./engines/dynamodb.ts")).runDynamo({ ...call, ...place });
    }
  }
});

/** The catalog may have changed since the job was requested, and its placeholders may require more. */
function recheckAction(target: DatabaseTarget, action: string, input: Input): void {
  const faults = databaseFaults(target, action, input);
  if (faults.length === 0) return;
  const text = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join(" ");
  throw new JobError("VALIDATION_ERROR", `The input no longer fits the action. ${text}`);
}

const callOf = <Action>({ event, target, input, ...execution }: Execution, action: Action): DatabaseCall<Action> => ({
  action,
  input,
  rows: databaseRows(target, event.action, input),
  idempotencyKey: execution.idempotencyKey,
  signal: execution.signal,
  clock: execution.clock,
  deadline: execution.deadline,
});

async function connectedCall<Action>(
  execution: Execution,
  action: Action,
  { connection }: { connection: Reference },
): Promise<ConnectedCall<Action>> {
  const url = await execution.secrets.resolve(connection);
  return { ...callOf(execution, action), url, reference: referenceName(connection) };
}

const optionalSettingText = async ({ secrets }: Execution, value: TextOrReference | undefined) =>
  typeof value === "object" ? secrets.resolve(value) : value;
