import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { NoBody } from "../change-route.ts";
import { changeOperation, continuing, operationDoc } from "../operation-route.ts";

/** Lets an operation go on that waits. */
export function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  parseOptionalBody(NoBody, request.body);
  return changeOperation(services, request, continuing(request));
}

export const doc = () =>
  operationDoc({
    summary: "Continue an operation",
    description:
      "Lets an operation go on that was paused, or that asks because its canary is undecided or the key of its caller has expired. From then on it goes on in the name of this caller. Safe to repeat.",
  });
