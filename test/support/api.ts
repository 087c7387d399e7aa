import { expect } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { routes } from "../../lambdas/api/routes.ts";
import { whileValid } from "../../lambdas/api/while-valid.ts";
import { withinRate } from "../../lambdas/api/within-rate.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import type { Catalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { catalog as ownCatalog } from "./catalog/catalog.ts";
import { assertDocumented } from "./documented.ts";
import { fakeServices } from "./fakes/services.ts";
import { type Asked, httpEvent } from "./http-event.ts";

/** The real handler of the HTTP API on fakes; every answer is checked against the OpenAPI document. */
export function fakeApi({ jobs = [], catalog = ownCatalog }: { jobs?: Job[]; catalog?: Catalog } = {}) {
  const services = fakeServices({ catalog, jobs });
  const handler = httpApi(() => services, routes.map(withinRate).map(whileValid));
  return {
    ...services,
    services,
    async ask(asked: Asked) {
      const answer = (await handler(httpEvent(asked), {} as Context)) as APIGatewayProxyStructuredResultV2;
      const { statusCode: status, headers = {}, body = "null" } = answer;
      const answered = { status, headers, body: JSON.parse(body) };
      // Lambda sends no larger response.
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(6_291_556);
      assertDocumented(asked.method ?? "GET", asked.path, answered);
      return answered;
    },
  };
}
