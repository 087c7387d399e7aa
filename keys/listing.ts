import { type ApiKey, apiKeyStatus } from "../lambdas/core/access/api-key.ts";
import { roleOf } from "../lambdas/core/access/roles.ts";

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** `jobs:read in my-product, envs dev, until 2030-01-31T00:00Z`. */
export const accessOf = ({ scopes, expires_at, rate }: ApiKey): string =>
  [
    `${scopes.verbs.join(" ")} in ${listed(scopes.products, "every product")}`,
    listed(scopes.envs, "every env"),
    expires_at === undefined ? "never expires" : `until ${time(expires_at)}`,
    ...(rate === undefined ? [] : [`${rate} requests per second`]),
  ].join(", ");

const listed = (names: string[], all: string): string => (names.includes("*") ? all : names.join(" "));

/** Of a person the id at the issuer, since the name of the key is the rest. */
const makerOf = ({ made_by, person }: ApiKey): string =>
  person ? `${made_by ?? "sign-in"}: ${person.sub} of ${person.issuer}` : (made_by ?? "-");

/** The keys as a table. A line has everything that is stored about a key; secrets are not stored. */
export function tableOf(keys: ApiKey[], now: number): string {
  const rows = keys.map((key) => [
    key.id,
    key.name,
    apiKeyStatus(key, now),
    roleOf(key.scopes) ?? key.scopes.verbs.join(","),
    key.scopes.products.join(","),
    key.scopes.envs.join(","),
    time(key.created_at),
    key.expires_at === undefined ? "never" : time(key.expires_at),
    key.last_used_at === undefined ? "-" : time(key.last_used_at),
    key.rate === undefined ? "-" : `${key.rate}/s`,
    makerOf(key),
  ]);
  const all = [
    ["ID", "NAME", "STATUS", "MAY", "PRODUCTS", "ENVS", "CREATED", "EXPIRES", "USED", "RATE", "MADE BY"],
    ...rows,
  ];
  const widths = (all[0] as string[]).map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
