import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { httpApi } from "../../lambdas/aws/http-api.ts";
import { catalog as ownCatalog } from "../../lambdas/consumers/catalog.ts";
import type { Catalog } from "../../lambdas/core/catalog.ts";
import type { Job } from "../../lambdas/core/job.ts";
import { fakeServices } from "./fakes/services.ts";
import { type Asked, httpEvent } from "./http-event.ts";

/** The real handler of the HTTP API on fakes. */
export function fakeApi({ jobs = [], catalog = ownCatalog }: { jobs?: Job[]; catalog?: Catalog } = {}) {
  const services = fakeServices({ catalog, jobs });
  const handler = httpApi(() => services, routes);
  return {
    ...services,
    services,
    async ask(asked: Asked) {
      const answer = (await handler(httpEvent(asked), {} as Context)) as APIGatewayProxyStructuredResultV2;
      return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? "null") };
    },
  };
}
