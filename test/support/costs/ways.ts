import type { Context } from "aws-lambda";
import { routes } from "../../../lambdas/api/routes.ts";
import { httpApi } from "../../../lambdas/aws/http/http-api.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { firstCursor } from "../../../lambdas/core/job/import-cursor.ts";
import { RequestError } from "../../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { scheduleLines } from "../../../lambdas/intake/import/schedule-lines.ts";
import { scheduleDirectCall } from "../../../lambdas/intake/schedule-request.ts";
import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { noon } from "../builders.ts";
import { myProduct } from "../catalog/my-product.ts";
import { sharing } from "../catalog/sharing.ts";
import { expressing } from "../expressing.ts";
import { fakeServices } from "../fakes/services.ts";
import { httpEvent } from "../http-event.ts";
import { busEvent, topicMessage } from "../intake/envelopes.ts";
import { intakeServices } from "../intake/services.ts";

/** Takes a request in, and answers whether it was accepted. Only what it throws by mistake leaves it. */
export type Way = (body: unknown) => Promise<boolean>;

const products: readonly unknown[] = [myProduct, expressing, sharing];
const catalog = makeCatalog(products as readonly Product[], registry);

async function isAccepted(take: () => unknown): Promise<boolean> {
  try {
    await take();
    return true;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}

const http =
  (method: string, path: string, wrap: (body: unknown) => unknown = (body) => body): Way =>
  async (body) => {
    const handler = httpApi(() => fakeServices({ catalog }), routes);
    const answer = await handler(httpEvent({ method, path, body: wrap(body) }), {} as Context);
    const { statusCode = 0 } = answer as { statusCode?: number };
    if (statusCode >= 500) throw new Error(`${method} ${path} answered ${statusCode}`);
    return statusCode < 300;
  };

const message =
  (wrap: (body: unknown) => unknown): Way =>
  async (body) => {
    const services = { ...intakeServices(), catalog };
    const again = await takeMessages(services, [{ id: "m", body: JSON.stringify(wrap(body)), sentAt: noon }]);
    if (again.length > 0) throw new Error("the message was not handled");
    return services.rejections.rejected.length === 0;
  };

/** Every way in, without the network. A request of another kind is large in the same ways, and is refused. */
export const ways: Readonly<Record<string, Way>> = {
  parse: (body) => isAccepted(() => parseRequest(body, catalog, noon)),
  "POST /v1/jobs": http("POST", "/v1/jobs"),
  "POST /v1/explain": http("POST", "/v1/explain"),
  "POST /v1/jobs/batch": http("POST", "/v1/jobs/batch", (body) => ({ jobs: [body] })),
  "POST /v1/jobs/batch, the body itself": http("POST", "/v1/jobs/batch"),
  "POST /v1/jobs/bulk": http("POST", "/v1/jobs/bulk"),
  "POST /v1/jobs/bulk, the filter": http("POST", "/v1/jobs/bulk", (filter) => ({ action: "cancel", filter })),
  "POST /v1/pauses": http("POST", "/v1/pauses"),
  "PUT a pin": http("PUT", "/v1/limits/my-product/prd/partner"),
  "POST an upload": http("POST", "/v1/uploads"),
  SQS: message((body) => body),
  SNS: message((body) => topicMessage(JSON.stringify(body))),
  EventBridge: message((body) => busEvent(body)),
  "a direct invocation": (body) =>
    isAccepted(() => scheduleDirectCall({ ...intakeServices(), catalog }, { payload: body, requestId: "r" })),
  "a line of an import": async (body) => {
    const cursor = firstCursor({ key: "imports/a", etag: "e", size: 1, put_at: noon });
    const bytes = Buffer.from(JSON.stringify(body));
    const reports = await scheduleLines({ ...intakeServices(), catalog }, cursor, [{ number: 1, bytes, end: 1 }]);
    return reports !== undefined && !reports.some((report) => "code" in report);
  },
};
