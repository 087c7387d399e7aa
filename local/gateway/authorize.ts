import type { APIGatewayProxyEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import type { Invoke } from "../host/functions.ts";
import { toAuthorizerEvent } from "./event.ts";

/** How long an answer of the authorizer is kept, as API Gateway keeps it per Authorization header. */
const cacheMs = 60_000;
const cacheSize = 1000;

type Answer = APIGatewaySimpleAuthorizerWithContextResult<Record<string, unknown>>;

export type Authorization =
  | { outcome: "allowed"; context: Record<string, unknown> }
  | { outcome: "unauthorized" | "forbidden" };

export function makeAuthorizer(invoke: Invoke) {
  const cache = new Map<string, { answer: Answer; until: number }>();
  return async (event: APIGatewayProxyEventV2): Promise<Authorization> => {
    const identity = event.headers.authorization;
    // Without its identity source, API Gateway does not ask the authorizer at all.
    if (!identity) return { outcome: "unauthorized" };
    let known = cache.get(identity);
    if (known === undefined || known.until < Date.now()) {
      const answer = (await invoke("authorizer", toAuthorizerEvent(event, identity))) as Answer;
      known = { answer, until: Date.now() + cacheMs };
      if (cache.size >= cacheSize) cache.clear();
      cache.set(identity, known);
    }
    if (!known.answer?.isAuthorized) return { outcome: "forbidden" };
    return { outcome: "allowed", context: known.answer.context ?? {} };
  };
}
