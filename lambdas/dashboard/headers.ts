import { securityHeaders } from "../aws/http/security-headers.ts";

/** The page loads only its own scripts and styles, calls only its own origin, and nothing frames it or is sent from it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The headers of every answer of the dashboard. */
export const pageHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The page names the files of its version, so a browser asks whether it has changed. The files have their hash in their names. */
export const caching = { page: "no-cache", file: "public, max-age=31536000, immutable" } as const;
