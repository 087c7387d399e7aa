import { readFileSync } from "node:fs";
import { codeOf } from "../runtime/start-error.ts";

/**
 * Parses `.env.local`: one `reference=value` per line, with the reference as the catalog writes it: `shop/api#token=abc` for a key
 * of a secret, `shop/fcm={"type": ...}` for a whole secret, `/shop/url=http://...` for a parameter. Lines that start with # are
 * comments. It does not use parseEnv of node:util, which ends a value at its first #, even in a URL or in JSON.
 */
export function parseReferences(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line) && line.includes("="));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.indexOf("=");
      return [line.slice(0, end).trim(), unquoted(line.slice(end + 1).trim())];
    }),
  );
}

const unquoted = (value: string) => (/^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value);

/** The file's current values; empty if there is no such file. */
export function readReferences(file: string): Record<string, string> {
  try {
    return parseReferences(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    throw error;
  }
}

/** Values by secret or parameter name: the lines `name#key` of one secret become the JSON object that AWS would store. */
export function valuesByName(references: Record<string, string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [reference, value] of Object.entries(references)) {
    const hash = reference.indexOf("#");
    if (hash < 0) {
      values.set(reference, value);
      continue;
    }
    const name = reference.slice(0, hash);
    values.set(name, JSON.stringify({ ...jsonObject(values.get(name)), [reference.slice(hash + 1)]: value }));
  }
  return values;
}

function jsonObject(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
