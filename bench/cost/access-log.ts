import { accessLogFormat } from "../../infra/constructs/http/access-log.ts";

export interface Logged {
  requestId: string;
  method: string;
  path: string;
  status: number;
  responseBytes: number;
}

/** The line that API Gateway logs for a request, with a dash wherever it has no value. */
export function accessLogLine({ requestId, method, path, status, responseBytes }: Logged): string {
  const values: Record<string, string | number> = {
    requestId,
    requestTimeEpoch: 1893499200000,
    "identity.sourceIp": "203.0.113.142",
    httpMethod: method,
    routeKey: path.startsWith("/v1/") ? "ANY /v1/{proxy+}" : `ANY ${path}`,
    status,
    responseLength: responseBytes,
    responseLatency: 42,
    integrationLatency: 38,
    "authorizer.key_id": "0190163d8694739b",
  };
  return accessLogFormat("key").replaceAll(/\$context\.([\w.]*\w)/g, (_, name: string) => String(values[name] ?? "-"));
}
