import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { settings } from "./client-settings.ts";

type Handler = DynamoDBClient["config"]["requestHandler"];

/**
 * A client whose next request named `operation` takes effect, but whose answer is lost once: the SDK repeats the request, as it
 * does after a broken connection. `meanwhile` runs between the two.
 */
export function clientThatLoses(operation: string, endpoint: string, meanwhile = async () => {}) {
  const sent: string[] = [];
  const client = new DynamoDBClient({ ...settings, endpoint });
  const inner = client.config.requestHandler;
  const handle: Handler["handle"] = async (request, options) => {
    const answer = await inner.handle(request, options);
    const name = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    sent.push(name);
    if (name !== operation || sent.filter((one) => one === name).length > 1) return answer;
    await meanwhile();
    throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
  };
  client.config.requestHandler = { ...inner, handle, destroy: () => inner.destroy?.() } as Handler;
  return { client, sent };
}
