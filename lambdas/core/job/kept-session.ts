/** What a job keeps of the session of its request: never the token, and only the claims that are referred to. */
export interface KeptSession {
  tag: string;
  /** JSON: a list of `[name, value]`, without a value for a claim that the token does not have. Absent: no claim is referred to. */
  claims?: string;
}

/** The claims of a session by name. One that the token did not have is undefined. */
export interface SessionClaims {
  tag: string;
  claims: ReadonlyMap<string, unknown>;
}

export const keptSession = (tag: string, names: readonly string[], payload: Record<string, unknown>): KeptSession => {
  const claims = names.map((name) => (Object.hasOwn(payload, name) ? [name, payload[name]] : [name]));
  return { tag, ...(claims.length > 0 && { claims: JSON.stringify(claims) }) };
};

export const claimsIn = ({ tag, claims = "[]" }: KeptSession): SessionClaims => ({
  tag,
  claims: new Map((JSON.parse(claims) as [string, unknown?][]).map(([name, value]) => [name, value])),
});
