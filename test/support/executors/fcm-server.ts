import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import * as z from "zod";
import { type HttpServer, httpServer, json } from "./http-server.ts";

/** The part of https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages that we use. */
const SendRequest = z.strictObject({
  message: z.strictObject({
    token: z.string(),
    notification: z.strictObject({ title: z.string(), body: z.string() }),
    data: z.record(z.string(), z.string()).optional(),
  }),
});
export type FcmMessage = z.infer<typeof SendRequest>["message"];

/** Answers as FCM documents them: https://firebase.google.com/docs/cloud-messaging/error-codes */
const fcmErrors = {
  unregistered: [404, "NOT_FOUND", "Requested entity was not found.", [{ errorCode: "UNREGISTERED" }]],
  malformed: [
    400,
    "INVALID_ARGUMENT",
    "The registration token is not a valid FCM registration token",
    [{ errorCode: "INVALID_ARGUMENT" }],
  ],
  badPayload: [
    400,
    "INVALID_ARGUMENT",
    "Invalid value at 'message.data[0].value' (TYPE_STRING), 12",
    [{ fieldViolations: [{ field: "message.data[0].value" }] }],
  ],
  unavailable: [503, "UNAVAILABLE", "The service is currently unavailable.", [{ errorCode: "UNAVAILABLE" }]],
  quota: [429, "RESOURCE_EXHAUSTED", "Quota exceeded.", [{ errorCode: "QUOTA_EXCEEDED" }]],
  apns: [401, "UNAUTHENTICATED", "Auth error from APNS.", [{ errorCode: "THIRD_PARTY_AUTH_ERROR" }]],
  otherSender: [403, "PERMISSION_DENIED", "SenderId mismatch", [{ errorCode: "SENDER_ID_MISMATCH" }]],
} as const;
export type FcmError = keyof typeof fcmErrors;

export interface FcmServer extends AsyncDisposable {
  url: string;
  /** The JSON key of a service account that the server accepts. */
  serviceAccount: Record<string, string>;
  /** The messages that were accepted. */
  messages: FcmMessage[];
  http: HttpServer;
  tokenRequests(): number;
  /** Revokes the access tokens issued so far. */
  revoke(): void;
}

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** A wire stand-in for FCM HTTP v1 and its service account's token endpoint; `faults` holds errors by device token. */
export async function fcmServer(faults: Record<string, FcmError> = {}): Promise<FcmServer> {
  const messages: FcmMessage[] = [];
  let tokens = 0;
  let refusedUpTo = 0;
  const valid = (authorization = "") => Number(/^Bearer access-(\d+)$/.exec(authorization)?.[1] ?? 0) > refusedUpTo;
  const http = await httpServer((request, response) => {
    if (request.url === "/token") {
      checkAssertion(request.body, `${http.url}/token`);
      tokens += 1;
      return json(response, 200, { access_token: `access-${tokens}`, expires_in: 3599, token_type: "Bearer" });
    }
    if (request.url !== "/v1/projects/my-project/messages:send") return response.writeHead(404).end("<html>404</html>");
    if (!valid(request.headers.authorization)) return json(response, 401, { error: { status: "UNAUTHENTICATED" } });
    const { message } = SendRequest.parse(JSON.parse(request.body));
    const fault = faults[message.token];
    if (fault) {
      const [code, status, text, details] = fcmErrors[fault];
      return json(response, code, { error: { code, status, message: text, details } }, { "retry-after": "9" });
    }
    messages.push(message);
    return json(response, 200, { name: `projects/my-project/messages/${messages.length}` });
  });
  const serviceAccount = {
    type: "service_account",
    project_id: "my-project",
    client_email: "sender@my-project.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    token_uri: `${http.url}/token`,
  };
  return {
    url: http.url,
    serviceAccount,
    messages,
    http,
    tokenRequests: () => tokens,
    revoke: () => {
      refusedUpTo = tokens;
    },
    [Symbol.asyncDispose]: http[Symbol.asyncDispose],
  };
}

/**
 * Checks the grant type, the claims and the signature (RFC 7523); throws if one is wrong, which the server answers with 400.
 */
function checkAssertion(body: string, audience: string) {
  const fields = new URLSearchParams(body);
  const [header = "", payload = "", signature = ""] = (fields.get("assertion") ?? "").split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const signed = verify(
    "RSA-SHA256",
    Buffer.from(`${header}.${payload}`),
    createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
    Buffer.from(signature, "base64url"),
  );
  const right =
    signed &&
    fields.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer" &&
    claims.iss === "sender@my-project.iam.gserviceaccount.com" &&
    String(claims.scope) === "https://www.googleapis.com/auth/firebase.messaging" &&
    claims.aud === audience &&
    claims.exp - claims.iat <= 3600;
  if (!right) throw new Error(`not a valid assertion: ${JSON.stringify(claims)}`);
}
