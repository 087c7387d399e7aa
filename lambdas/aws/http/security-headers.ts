/**
 * The headers of every answer, for browsers: the answer is data for its caller alone. A route's own headers win. The answers
 * that API Gateway gives by itself (401, 403, 429) do not have them.
 * https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // A year. Not for subdomains: with a domain of the team's own they are not ours to speak for.
  "strict-transport-security": "max-age=31536000",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};
