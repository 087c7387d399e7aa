import type { Route } from "../aws/http/route.ts";
import { requireRate } from "../core/operations/key-rate.ts";
import type { ApiServices } from "../core/operations/services.ts";

/** The same route, which refuses what a key sends beyond its rate. */
export const withinRate = (route: Route<ApiServices>): Route<ApiServices> =>
  route.open
    ? route
    : {
        ...route,
        endpoint: {
          ...route.endpoint,
          async handle(services, request) {
            await requireRate(services, request);
            return route.endpoint.handle(services, request);
          },
        },
      };
