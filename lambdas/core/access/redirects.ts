/** Where the command line waits for the browser (RFC 8252, 7.3). Cognito and Entra know only `localhost` as this machine. */
const loopback = /^http:\/\/(127\.0\.0\.1|localhost):([1-9]\d{0,4})\/callback$/;

/**
 * Whether an issuer may have sent a person back to this address: to the page, or to the command line on the person's machine. Anything
 * else is an address of another, who would have the code.
 */
export const isOwnRedirect = (redirectUri: string, pageUrl: string): boolean =>
  redirectUri === pageUrl || Number(loopback.exec(redirectUri)?.[2] ?? 65_536) < 65_536;
