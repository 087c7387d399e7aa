import type { Route } from "../aws/http/route.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import type { ApiServices } from "../core/operations/services.ts";

/**
 * The same route, which refuses a key that has expired, and says so: the authorizer could not, and API Gateway keeps its answers for
 * minutes, in which a key may expire.
 */
export const whileValid = (route: Route<ApiServices>): Route<ApiServices> =>
  route.open
    ? route
    : {
        ...route,
        endpoint: {
          ...route.endpoint,
          async handle(services, request) {
            const { expires_at } = request;
            if (expires_at !== undefined && expires_at <= services.clock.now()) throw expired(expires_at);
            return route.endpoint.handle(services, request);
          },
        },
      };

const expired = (at: number) =>
  new RequestError(
    "UNAUTHENTICATED",
    `This API key expired at ${new Date(at).toISOString()}. Sign in again, or use another key.`,
  );
