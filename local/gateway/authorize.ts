import type { APIGatewayProxyEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import { defaultAuthCacheSeconds } from "../../lambdas/topology.ts";
import type { Invoke } from "../host/invoke.ts";
import { toAuthorizerEvent } from "./event.ts";

/** API Gateway caches the authorizer's answer per Authorization header. */
const cacheMs = defaultAuthCacheSeconds * 1000;
const cacheSize = 1000;

type Answer = APIGatewaySimpleAuthorizerWithContextResult<Record<string, unknown>>;

type Authorization =
  | { outcome: "allowed"; context: Record<string, unknown> }
  | { outcome: "unauthorized" | "forbidden" };

export function makeAuthorizer(invoke: Invoke) {
  const cache = new Map<string, { answer: Answer; until: number }>();
  return async (event: APIGatewayProxyEventV2): Promise<Authorization> => {
    const identity = event.headers.authorization;
    // API Gateway does not invoke the authorizer without its identity source.
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
