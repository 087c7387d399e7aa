import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { settings } from "./client-settings.ts";

type Handler = DynamoDBClient["config"]["requestHandler"];

/** A client of which a share of all requests fails, half of them before and half of them after they took effect. */
export function failingClient(endpoint: string, share: number, random: () => number) {
  const client = new DynamoDBClient({ ...settings, endpoint });
  const inner = client.config.requestHandler;
  let failures = 0;
  const fail = (): never => {
    failures++;
    throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
  };
  const handle: Handler["handle"] = async (request, options) => {
    const drawn = random();
    if (drawn < share / 2) fail();
    const answer = await inner.handle(request, options);
    return drawn < share ? fail() : answer;
  };
  client.config.requestHandler = { ...inner, handle, destroy: () => inner.destroy?.() } as Handler;
  return { client, failures: () => failures };
}
