import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { typeOfQueue } from "../../../bench/support/aws.ts";
import type { Schedule } from "../fakes/scheduler.ts";
import { settings } from "./client-settings.ts";
import { type Answer, startJsonService } from "./server.ts";

interface Created {
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  Target: { Arn: string; Input: string };
}

/** EventBridge Scheduler reduced to its names: create, conflict and delete. Nothing fires. */
export async function startSchedulesService() {
  const schedules = new Map<string, Created>();
  const service = await startJsonService((request, body): Answer => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    const group = request.method === "POST" ? body.GroupName : searchParams.get("groupName");
    const name = `${group}${pathname}`;
    if (request.method === "POST" && schedules.has(name)) return { status: 409, error: "ConflictException" };
    if (request.method === "POST") {
      schedules.set(name, body as unknown as Created);
      return { status: 200, body: { ScheduleArn: `arn:aws:scheduler:us-east-1:000000000000:schedule/${name}` } };
    }
    return schedules.delete(name) ? { status: 200 } : { status: 404, error: "ResourceNotFoundException" };
  });
  const client = new SchedulerClient({ ...settings, endpoint: service.endpoint });
  return {
    client,
    find: (group: string, name: string) => scheduleOf(schedules.get(`${group}/schedules/${name}`)),
    async stop() {
      client.destroy();
      await service.stop();
    },
  };
}

function scheduleOf(created: Created | undefined): Schedule | undefined {
  if (!created) return undefined;
  const time = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(created.ScheduleExpression)?.[1];
  if (created.ScheduleExpressionTimezone !== "UTC") throw new Error("a schedule in local time");
  return {
    at: Date.parse(`${time}Z`) / 1000,
    type: typeOfQueue(created.Target.Arn),
    message: JSON.parse(created.Target.Input),
  };
}
