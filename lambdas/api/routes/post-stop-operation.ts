import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { NoBody } from "../change-route.ts";
import { changeOperation, operationDoc } from "../operation-route.ts";

/** Ends an operation. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  parseOptionalBody(NoBody, request.body);
  return changeOperation(services, request, { do: "stop" });
}

export const doc = () =>
  operationDoc({
    summary: "Stop an operation",
    description:
      "It ends what it has begun, at most 5 s of its rate, counts it, and is `stopped` then. What it has changed stays changed. Safe to repeat.",
  });
