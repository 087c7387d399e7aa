import { createPublicKey, randomBytes, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { megabyte, readBody, sendJson } from "../gateway/http.ts";

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const lifetimeSeconds = 3600;

export type GoogleTokens = ReturnType<typeof makeGoogleTokens>;

/** Google's token endpoint for service accounts: issues a bearer token for a JWT signed with the account's key. */
export function makeGoogleTokens(privateKey: string) {
  const publicKey = createPublicKey(privateKey);
  const issued = new Map<string, number>();
  return {
    isGood: (bearer: string): boolean => (issued.get(bearer) ?? 0) > Date.now(),
    async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const form = new URLSearchParams(String(await readBody(request, megabyte)));
      if (form.get("grant_type") !== grantType) {
        return sendJson(response, 400, { error: "unsupported_grant_type", error_description: "Invalid grant_type" });
      }
      if (!isSigned(form.get("assertion") ?? "", publicKey)) {
        return sendJson(response, 400, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
      }
      const token = `local.${randomBytes(24).toString("base64url")}`;
      if (issued.size > 1000) issued.clear();
      issued.set(token, Date.now() + lifetimeSeconds * 1000);
      sendJson(response, 200, { access_token: token, expires_in: lifetimeSeconds, token_type: "Bearer" });
    },
  };
}

function isSigned(jwt: string, publicKey: ReturnType<typeof createPublicKey>): boolean {
  const [header = "", claims = "", signature = ""] = jwt.split(".");
  try {
    const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { exp?: number };
    const alive = typeof exp === "number" && exp * 1000 > Date.now();
    const signed = Buffer.from(`${header}.${claims}`);
    return alive && verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}
