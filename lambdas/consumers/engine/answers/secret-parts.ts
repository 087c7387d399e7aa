/** A shorter part of an address is a word such as `api` or `v1`, which answers are full of. */
const leastPart = 8;

/**
 * A resolved value, and what of it a provider may repeat without the rest: an address may have a credential in its path, as those of Slack do,
 * and a service account is JSON.
 */
export const secretPartsOf = (value: string): string[] => [value, ...ofAddress(value), ...ofJson(value)];

function ofAddress(value: string): string[] {
  const url = URL.parse(value.trim());
  if (!url) return [];
  const { username, password, pathname, searchParams } = url;
  const parts = [...pathname.split("/"), ...searchParams.values(), username].filter((part) => part.length >= leastPart);
  return [...parts, password].filter((part) => part !== "").flatMap((part) => [part, decodedPart(part)]);
}

function ofJson(value: string): string[] {
  if (!/^\s*\{/.test(value)) return [];
  try {
    return textsIn(JSON.parse(value)).filter((text) => text.length >= leastPart);
  } catch {
    return [];
  }
}

/** The texts and numbers in a value, as texts. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
