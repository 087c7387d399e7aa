import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import { account, eventBusName, region } from "../runtime/names.ts";
import type { Caught } from "./caught.ts";

export const putEventsTarget = "AWSEvents.PutEvents";

interface Entry {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
  /** Epoch seconds. */
  Time?: number;
  Detail?: string;
}

const mostEntries = 10;
const contentType = { "content-type": "application/x-amz-json-1.1" };

/** An event as a rule sends it to its target. */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: object;
}

/** EventBridge's PutEvents. `rules` receives each accepted event; `buses` are those that the catalog names. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export async function handleEvents(
  caught: Caught,
  rules: (event: BusEvent) => Promise<void>,
  buses: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entries = (await readJson(request))?.Entries as Entry[] | undefined;
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > mostEntries) {
    const message = `1 validation error detected: 'entries' must have 1 to ${mostEntries} members.`;
    return sendJson(response, 400, { __type: "ValidationException", message }, contentType);
  }
  const unknown = entries
    .map(({ EventBusName }) => busOf(EventBusName))
    .find((bus) => !own.has(bus) && !buses.has(bus));
  if (unknown !== undefined) {
    const message = `Event bus ${unknown} does not exist. The buses are ${[...own, ...buses].join(", ")}.`;
    return sendJson(response, 400, { __type: "ResourceNotFoundException", message }, contentType);
  }
  const put = async (entry: Entry) => {
    const detail = objectOf(entry.Detail);
    if (!entry.Source || !entry.DetailType) return refused("InvalidArgument", "Parameters are not valid.");
    if (!detail) return refused("MalformedDetail", "Detail is malformed.");
    const time = new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000).toISOString();
    const { Source: source, DetailType, EventBusName } = entry;
    const bus = busOf(EventBusName);
    const id = randomUUID();
    try {
      const event = { "detail-type": DetailType, source, account, time, region, resources: [], detail };
      // As in AWS, rules belong to one bus.
      if (bus === eventBusName) await rules({ version: "0", id, ...event });
    } catch {
      return refused("InternalFailure", "The target of a rule could not be reached.");
    }
    caught.add({ kind: "event", bus, source, detail_type: DetailType, time, detail });
    return { EventId: id };
  };
  const answers = await Promise.all(entries.map(put));
  const FailedEntryCount = answers.filter((answer) => "ErrorCode" in answer).length;
  sendJson(response, 200, { FailedEntryCount, Entries: answers }, contentType);
}

/** The name of a bus that is given by name or ARN. */
const busOf = (name = "default"): string => name.split(":event-bus/").at(-1) as string;
const own = new Set([eventBusName, "default"]);

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function objectOf(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
