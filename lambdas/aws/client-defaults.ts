/**
 * Short patience: a request waits for AWS no longer than its caller would; the SDK tries three times by itself. Unless it
 * is told to throw, the SDK only warns of a late answer and waits on.
 */
export const clientDefaults = {
  requestHandler: { connectionTimeout: 1000, requestTimeout: 4000, throwOnRequestTimeout: true },
};
