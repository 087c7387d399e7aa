import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import { account, region } from "../runtime/names.ts";
import { parseAt } from "./expression.ts";
import type { Schedule, ScheduleBody, ScheduleStore } from "./store.ts";

/** An error in the format of the service: its name in a header, its text in `Message`. */
class WireError extends Error {
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

const invalid = (message: string) => new WireError(400, "ValidationException", message);
const notFound = (name: string) => new WireError(404, "ResourceNotFoundException", `Schedule ${name} does not exist.`);

interface SchedulerApi {
  store: ScheduleStore;
  /** How many milliseconds late a schedule fires; AWS promises less than 60,000. */
  lateness: () => number;
  /** Called after every change. */
  changed: () => void;
}

const arnOf = ({ group, name }: Pick<Schedule, "group" | "name">) =>
  `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;

/** The REST API of EventBridge Scheduler, for one-time schedules only. Groups exist as soon as they are named. */
export async function handleScheduler(api: SchedulerApi, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [root, name, ...rest] = url.pathname.split("/").slice(1).map(decodeURIComponent);
  try {
    if (root !== "schedules" || rest.length > 0) throw new WireError(404, "UnknownOperationException", "Unknown.");
    sendJson(response, 200, await answer(api, request, url, name));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    sendJson(response, error.status, { Message: error.message }, { "x-amzn-errortype": error.type });
  }
}

async function answer(api: SchedulerApi, request: IncomingMessage, url: URL, name: string | undefined) {
  if (name === undefined) return list(api, url.searchParams);
  const group = url.searchParams.get("groupName") ?? "default";
  switch (request.method) {
    case "POST":
      return create(api, name, await readJson(request));
    case "PUT":
      return update(api, name, await readJson(request));
    case "DELETE":
      if (!api.store.remove(group, name)) throw notFound(name);
      return {};
    default:
      return get(api, group, name);
  }
}

function create(api: SchedulerApi, name: string, given: Record<string, unknown> | undefined) {
  const { group, body, firesAt } = validate(api, name, given);
  const existing = api.store.get(group, name);
  // The SDK sends the same token again when it repeats a request whose answer was lost.
  if (existing && body.ClientToken !== undefined && existing.body.ClientToken === body.ClientToken) {
    return { ScheduleArn: arnOf(existing) };
  }
  if (existing) throw new WireError(409, "ConflictException", `Schedule ${name} already exists.`);
  return save(api, { group, name, firesAt, createdAt: Date.now(), body });
}

function update(api: SchedulerApi, name: string, given: Record<string, unknown> | undefined) {
  const { group, body, firesAt } = validate(api, name, given);
  const existing = api.store.get(group, name);
  if (!existing) throw notFound(name);
  return save(api, { ...existing, firesAt, body });
}

function save(api: SchedulerApi, schedule: Schedule) {
  api.store.put(schedule);
  api.changed();
  return { ScheduleArn: arnOf(schedule) };
}

function validate(api: SchedulerApi, name: string, given: Record<string, unknown> | undefined) {
  if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) throw invalid("1 validation error detected: Value at 'name' is not valid.");
  const body = given as ScheduleBody | undefined;
  const target = body?.Target;
  if (!body?.FlexibleTimeWindow?.Mode || !target?.Arn || !target.RoleArn) {
    throw invalid("1 validation error detected: FlexibleTimeWindow, Target.Arn and Target.RoleArn are required.");
  }
  const at = parseAt(body.ScheduleExpression ?? "", body.ScheduleExpressionTimezone);
  if (at === undefined) throw invalid(`Invalid Schedule Expression ${body.ScheduleExpression}.`);
  const group = typeof body.GroupName === "string" ? body.GroupName : "default";
  return { group, body, firesAt: body.State === "DISABLED" ? null : Math.floor(at + api.lateness()) };
}

const seconds = (ms: number) => ms / 1000;

function get(api: SchedulerApi, group: string, name: string) {
  const schedule = api.store.get(group, name);
  if (!schedule) throw notFound(name);
  const { ClientToken: _, ...body } = schedule.body;
  const created = seconds(schedule.createdAt);
  return { State: "ENABLED", ...body, Arn: arnOf(schedule), GroupName: group, Name: name, CreationDate: created };
}

function list(api: SchedulerApi, query: URLSearchParams) {
  const limit = Number(query.get("MaxResults") ?? 100);
  const found = api.store.list(
    query.get("ScheduleGroup"),
    query.get("NamePrefix") ?? "",
    query.get("NextToken") ?? "",
    limit,
  );
  const last = found.at(-1);
  return {
    Schedules: found.map((schedule) => ({
      Arn: arnOf(schedule),
      GroupName: schedule.group,
      Name: schedule.name,
      State: schedule.body.State ?? "ENABLED",
      CreationDate: seconds(schedule.createdAt),
      Target: { Arn: schedule.body.Target.Arn },
    })),
    ...(last && found.length === limit && { NextToken: `${last.group}/${last.name}` }),
  };
}
