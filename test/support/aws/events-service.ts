import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { settings } from "./client-settings.ts";
import { startJsonService } from "./server.ts";

export interface Entry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  /** Epoch seconds. */
  Time: number;
  Detail: string;
}

/** EventBridge with PutEvents only; `refuses` and `refusesForGood` decide which entries fail, one by one. */
export async function startEventsService() {
  const nothing = (_: Entry): boolean => false;
  const world = { taken: [] as Entry[], calls: [] as number[], refuses: nothing, refusesForGood: nothing };
  const service = await startJsonService((request, body) => {
    if (request.headers["x-amz-target"] !== "AWSEvents.PutEvents") return { status: 400, error: "UnknownOperation" };
    const entries = body.Entries as Entry[];
    world.calls.push(entries.length);
    if (entries.length > 10) return { status: 400, error: "ValidationException" };
    const answers = entries.map((entry) => {
      if (world.refusesForGood(entry)) return { ErrorCode: "MalformedDetail", ErrorMessage: "No JSON." };
      if (world.refuses(entry)) return { ErrorCode: "ThrottlingException", ErrorMessage: "Slow down." };
      world.taken.push(entry);
      return { EventId: crypto.randomUUID() };
    });
    return {
      status: 200,
      body: { FailedEntryCount: answers.filter((a) => "ErrorCode" in a).length, Entries: answers },
    };
  });
  const client = new EventBridgeClient({ ...settings, endpoint: service.endpoint });
  return {
    client,
    world,
    async stop() {
      client.destroy();
      await service.stop();
    },
  };
}
