import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { apiKeyId, isKeyOf } from "../../core/access/api-key.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { keyCaller, keyRevocation } from "../../core/operations/audited-fields.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { SignInServices } from "../services.ts";

/** Revokes the key of the person who asks. Signing out twice is no error. */
export async function handle(
  services: SignInServices,
  { id: request_id, headers }: HttpRequest,
): Promise<HttpResponse> {
  const { keys, clock, log } = services;
  const key = /^Bearer (\S{16,256})$/i.exec(headers.authorization ?? "")?.[1] ?? "";
  const id = apiKeyId(key);
  const record = id === undefined ? undefined : await keys.get(id);
  if (!record || !isKeyOf(record, key))
    throw new RequestError("UNAUTHENTICATED", "Send `Authorization: Bearer <API key>` with the key of a sign-in.");
  if (!record.person)
    throw new RequestError("FORBIDDEN", "This key was not made by signing in: `keys revoke` revokes it.");
  const now = clock.now();
  const revoked = await keys.revoke(record.id, now);
  if (revoked?.revoked_at === now)
    await recordChange(services, { ...keyCaller(record), request_id }, keyRevocation("person.sign_out", revoked));
  log.info("signed out", { key_id: record.id });
  return { status: 204 };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Sign out: revoke the key",
  answers: { 204: { description: "The key is revoked." } },
  errors: ["UNAUTHENTICATED", "FORBIDDEN"],
});
