import type { HttpRequest, Route } from "../aws/http/route.ts";
import type { ApiServices } from "../core/operations/services.ts";

/** A route that refuses a request with what the check throws. One that is open, and has no key, is left alone. */
export const checkedBy =
  (check: (services: ApiServices, request: HttpRequest) => void | Promise<void>) =>
  (route: Route<ApiServices>): Route<ApiServices> =>
    route.open
      ? route
      : {
          ...route,
          endpoint: {
            ...route.endpoint,
            async handle(services, request) {
              await check(services, request);
              return route.endpoint.handle(services, request);
            },
          },
        };
