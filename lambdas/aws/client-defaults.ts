/** Short patience: a request waits for AWS no longer than its caller would; the SDK tries three times by itself. */
export const clientDefaults = { requestHandler: { connectionTimeout: 1000, requestTimeout: 4000 } };
