import { createHash } from "node:crypto";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

type Result = APIGatewayProxyStructuredResultV2;

/** The tag of a body: a hash of it. It is weak, since it says nothing of the bytes that are sent, which a proxy may compress. */
const tagOf = (body: string): string => `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;

/** A tag in a list of them. The W/ of a weak one does not count here (RFC 9110, 8.8.3.2). */
const opaqueTags = /"[^"]*"/g;

/** Whether a caller has the answer with this tag already, as If-None-Match says: `*`, or a list of tags (RFC 9110, 13.1.2). */
function matchesTag(ifNoneMatch: string, tag: string): boolean {
  if (ifNoneMatch.trim() === "*") return true;
  return [...ifNoneMatch.matchAll(opaqueTags)].some(([opaque]) => tag === `W/${opaque}`);
}

/** Adds the tag to an answer with status 200, or makes it a 304 without a body where the caller has it already. */
export function withTag(answer: Result, ifNoneMatch = ""): Result {
  const { statusCode, headers, body } = answer;
  if (statusCode !== 200 || body === undefined) return answer;
  const etag = tagOf(body);
  if (!matchesTag(ifNoneMatch, etag)) return { ...answer, headers: { ...headers, etag } };
  const { "content-type": _ofNoBody, ...others } = headers ?? {};
  return { statusCode: 304, headers: { ...others, etag } };
}
