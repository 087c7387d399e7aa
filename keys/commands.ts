import { apiKeyId, apiKeyIdPattern, newApiKey } from "../lambdas/core/access/api-key.ts";
import type { Catalog } from "../lambdas/core/catalog/catalog.ts";
import type { ApiKeys } from "../lambdas/core/ports/ports.ts";
import { type Command, usage } from "./arguments.ts";
import { expiryOf } from "./expiry-of.ts";
import { KeysError } from "./keys-error.ts";
import { reachOf, tableOf } from "./listing.ts";
import { scopesOf } from "./scopes-of.ts";

export interface KeysServices {
  /** Asked for when the arguments are known to be right. */
  keys: () => Promise<ApiKeys>;
  catalog: Catalog;
  now: number;
}

/** What a command says. `out` alone goes to standard output, so that `KEY=$(npm run -s keys -- create ...)` has the key. */
export interface Said {
  out: string;
  /** For whoever looks on: to standard error. */
  aside?: string;
}

/** Does what the arguments ask for. Throws a KeysError for what can be mended, before anything is made. */
export function runCommand(services: KeysServices, command: Command): Promise<Said> {
  if (command.do === "help") return Promise.resolve({ out: usage });
  if (command.do === "create") return create(services, command);
  return command.do === "list" ? list(services) : revoke(services, command.id);
}

/** Characters of what a key is called. */
export const longestKeyName = 64;

/** Control and format characters, which could change how a terminal shows the list, and halves of characters. */
const notShown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

async function create(
  { keys, catalog, now }: KeysServices,
  { name, expires, ...asked }: Extract<Command, { do: "create" }>,
): Promise<Said> {
  if (name.length > longestKeyName) {
    throw new KeysError(`--name has more than ${longestKeyName} characters.`);
  }
  if (notShown.test(name)) throw new KeysError("--name has a line break, or another character that cannot be shown.");
  const expiry = expires === undefined ? {} : { expires_at: expiryOf(expires, now) };
  const { key, record } = newApiKey({ name, scopes: scopesOf(catalog, asked), created_at: now, ...expiry });
  await (await keys()).create(record);
  return {
    out: key,
    aside: `Key ${record.id}, ${reachOf(record)}. It is shown here once and kept nowhere: store it where it is used.`,
  };
}

const list = async ({ keys, now }: KeysServices): Promise<Said> => {
  const all = await (await keys()).list();
  if (all.length === 0) return { out: "", aside: "No keys but the one that was made at deploy time." };
  return { out: tableOf(all, now) };
};

async function revoke({ keys, now }: KeysServices, given: string): Promise<Said> {
  // Whoever has a key that leaked pastes that. Its secret is not repeated.
  const id = apiKeyId(given) ?? given;
  if (!apiKeyIdPattern.test(id)) throw new KeysError("That is no id of a key: `npm run keys -- list` has them.");
  const key = await (await keys()).revoke(id, now);
  if (!key) throw new KeysError(`There is no key ${id} here: \`npm run keys -- list\` has them.`);
  const again = key.revoked_at === now ? "" : " already";
  return {
    out: "",
    aside: `Key ${id} (${key.name}) is revoked${again}. An API that was asked with it a moment ago remembers it for five minutes, or as long as jobs:authCacheSeconds says.`,
  };
}
