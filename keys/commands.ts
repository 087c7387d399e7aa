import { apiKeyId, apiKeyIdPattern, newApiKey } from "../lambdas/core/access/api-key.ts";
import type { AuditChange } from "../lambdas/core/access/audit-entry.ts";
import { isShown, longestKeyName } from "../lambdas/core/access/key-name.ts";
import type { Catalog } from "../lambdas/core/catalog/catalog.ts";
import { defined } from "../lambdas/core/kernel/defined.ts";
import { keyCreation, keyRevocation } from "../lambdas/core/operations/audited-fields.ts";
import { recordChange } from "../lambdas/core/operations/record-change.ts";
import { type Command, usage } from "./arguments.ts";
import { expiryOf } from "./expiry-of.ts";
import { KeysError } from "./keys-error.ts";
import { accessOf, tableOf } from "./listing.ts";
import type { OpenKeys } from "./open-table.ts";
import { scopesOf } from "./scopes-of.ts";

interface KeysServices {
  /** Called only once the arguments are valid. */
  keys: () => Promise<OpenKeys>;
  catalog: Catalog;
  now: number;
}

/** The output of a command. Only `out` goes to standard output, so that `KEY=$(npm run -s keys -- create ...)` captures the key. */
interface CommandOutput {
  out: string;
  /** A message for people, on standard error. */
  message?: string;
}

/** Runs a command. Throws a KeysError for anything that the user can correct, before it changes anything. */
export function runCommand(services: KeysServices, command: Command): Promise<CommandOutput> {
  if (command.do === "help") return Promise.resolve({ out: usage });
  if (command.do === "create") return create(services, command);
  return command.do === "list" ? list(services) : revoke(services, command.id);
}

async function create(
  { keys, catalog, now }: KeysServices,
  { name, expires, rate, ...asked }: Extract<Command, { do: "create" }>,
): Promise<CommandOutput> {
  if (name.length > longestKeyName) {
    throw new KeysError(`--name has more than ${longestKeyName} characters.`);
  }
  if (!isShown(name)) throw new KeysError("--name contains a line break or another character that cannot be shown.");
  const expires_at = expires === undefined ? undefined : expiryOf(expires, now);
  const fields = { name, scopes: scopesOf(catalog, asked), created_at: now };
  const limits = defined({ expires_at, rate: rate === undefined ? undefined : rateOf(rate) });
  const table = await keys();
  const made_by = await table.whoami();
  const { key, record } = newApiKey({ ...fields, ...limits, ...defined({ made_by }) });
  await table.create(record);
  const noted = await noteChange(table, made_by, keyCreation("key.create", record), now);
  return {
    out: key,
    message: `Key ${record.id}, ${accessOf(record)}. It is shown only once and stored nowhere: save it now.${noted}`,
  };
}

/** The stage takes no more than this by default, and API Gateway's own limit of an account is of the same order. */
export const mostPerSecond = 10_000;

function rateOf(text: string): number {
  const rate = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (rate >= 1 && rate <= mostPerSecond) return rate;
  throw new KeysError(`--rate ${text}: use a whole number of requests per second, 1 to ${mostPerSecond}.`);
}

const list = async ({ keys, now }: KeysServices): Promise<CommandOutput> => {
  const all = await (await keys()).list();
  if (all.length === 0)
    return { out: "", message: "There are no keys except the one that was created by the deployment." };
  return { out: tableOf(all, now) };
};

async function revoke({ keys, now }: KeysServices, given: string): Promise<CommandOutput> {
  // Users paste the whole key after a leak. Its secret is not repeated.
  const id = apiKeyId(given) ?? given;
  if (!apiKeyIdPattern.test(id))
    throw new KeysError("That is not the id of a key. `npm run keys -- list` shows the ids.");
  const table = await keys();
  const key = await table.revoke(id, now);
  if (!key) throw new KeysError(`There is no key ${id} in this deployment. \`npm run keys -- list\` shows the ids.`);
  const isNew = key.revoked_at === now;
  const again = isNew ? "" : " already";
  const noted = isNew ? await noteChange(table, await table.whoami(), keyRevocation("key.revoke", key), now) : "";
  return {
    out: "",
    message: `Key ${id} (${key.name}) is revoked${again}. The API may still accept it for as long as jobs:authCacheSeconds says, five minutes by default.${noted}`,
  };
}

/** Writes the change to the audit. Returns what the person has to know if that failed: the key itself is made or revoked already. */
async function noteChange(
  { audit }: OpenKeys,
  by: string | undefined,
  change: AuditChange,
  now: number,
): Promise<string> {
  const failures: string[] = [];
  const log = { error: (message: string) => void failures.push(message) };
  await recordChange({ audit, log, clock: { now: () => now } }, { actor: `i:${by ?? ""}` }, change);
  return failures.length === 0 ? "" : " The audit could not be written, and does not show it.";
}
