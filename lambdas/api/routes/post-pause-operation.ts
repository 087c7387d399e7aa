import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { NoBody } from "../change-route.ts";
import { changeOperation, operationDoc } from "../operation-route.ts";

/** Lets an operation wait. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  parseOptionalBody(NoBody, request.body);
  return changeOperation(services, request, { do: "pause" });
}

export const doc = () =>
  operationDoc({
    summary: "Pause an operation",
    description:
      "It ends what it has begun, at most 5 s of its rate, and changes no more jobs until it is continued. Safe to repeat.",
  });
