/**
 * What every answer of ours says to a browser that should get hold of it: it is data, for its caller alone. A route's own
 * headers win. API Gateway's answers at the door (401, 403, 429) are a line of JSON without these.
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
