/**
 * The headers of every answer. They tell browsers that the answer is data for its caller only. A route's own headers win. Answers
 * that API Gateway gives by itself (401, 403, 429) do not have them.
 * https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  // One year. Without includeSubDomains: on a custom domain, the subdomains belong to others.
  "strict-transport-security": "max-age=31536000",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};
