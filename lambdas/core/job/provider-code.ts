/** The characters and the length of a provider's code: no sentence, address or URL has this form. */
const token = /^[A-Za-z0-9_.:-]{1,64}$/;

/** An id, a phone number or the number of a card has more digits; a provider's code seldom has as many. */
const mostDigits = 6;

/**
 * The provider's own code of a failure, such as PostgreSQL's `40P01` or Stripe's `card_declined`: a short token that cannot be a
 * value of the input. Undefined for anything else.
 */
export function providerCodeOf(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || !token.test(text) || !/[A-Za-z0-9]/.test(text)) return undefined;
  return text.replaceAll(/\D/g, "").length > mostDigits ? undefined : text;
}

/** The first of the candidates that has the form of a code. */
export function firstProviderCode(candidates: readonly unknown[]): string | undefined {
  for (const candidate of candidates) {
    const code = providerCodeOf(candidate);
    if (code !== undefined) return code;
  }
  return undefined;
}
