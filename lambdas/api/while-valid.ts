import { RequestError } from "../core/kernel/request-error.ts";
import { checkedBy } from "./checked-by.ts";

/**
 * The same route, which refuses a key that has expired, and says so: the authorizer could not, and API Gateway keeps its answers for
 * minutes, in which a key may expire.
 */
export const whileValid = checkedBy((services, { expires_at }) => {
  if (expires_at !== undefined && expires_at <= services.clock.now()) throw expiredKey(expires_at);
});

const expiredKey = (at: number) =>
  new RequestError(
    "UNAUTHENTICATED",
    `This API key expired at ${new Date(at).toISOString()}. Sign in again, or use another key.`,
  );
