import { type JobErrorCode, jobErrorCodes } from "./job-error.ts";

/** What a failure is called: by our code, and by the provider's own. */
interface Named {
  code: JobErrorCode;
  providerCode: string | undefined;
}

export const isOurCode = (name: string): name is JobErrorCode => Object.hasOwn(jobErrorCodes, name);

/** Names are compared in upper case, with `_` for each run of characters that are neither letters nor digits. */
export const plainName = (name: string): string =>
  name
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_|_$/g, "");

/**
 * Whether a name of a retry rule means this failure. Our own codes mean ours only; any other name is compared with our code and
 * with the provider's, and the names below stand for several codes.
 */
export function isNamed(name: string, failure: Named): boolean {
  if (isOurCode(name)) return name === failure.code;
  const plain = plainName(name);
  if (plain === failure.code) return true;
  const theirs = failure.providerCode === undefined ? undefined : plainName(failure.providerCode);
  return plain === theirs || (knownNames.get(plain)?.means(failure.code, theirs ?? "") ?? false);
}

interface KnownName {
  /** For people: what the name stands for. */
  text: string;
  /** `theirs` is the provider's code as a plain name; empty if there is none. */
  means: (code: JobErrorCode, theirs: string) => boolean;
}

const deadlocks = /^(40P01|ER_LOCK_DEADLOCK|WRITECONFLICT|TRANSACTIONCONFLICT(EXCEPTION)?)$/;

/** Failures of a connection that never existed, so it cannot have been lost. */
const neverConnected = /^E(CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL)$/;
/** PostgreSQL ends its connections with these codes when it is shut down, which is a SERVICE_UNAVAILABLE. */
const ended = /^57P0[1-3]$/;

/** Names in Ductape's documentation that no provider uses in this form. */
export const knownNames: ReadonlyMap<string, KnownName> = new Map([
  [
    "DEADLOCK",
    {
      text: "a deadlock of PostgreSQL (40P01) or MySQL (ER_LOCK_DEADLOCK), or a conflict of transactions in MongoDB or DynamoDB",
      means: (_code, theirs) => deadlocks.test(theirs),
    },
  ],
  [
    "CONNECTION_LOST",
    {
      text: "a CONNECTION_ERROR of a connection that had been made, and a PostgreSQL server that ended it (57P01)",
      means: (code, theirs) => (code === "CONNECTION_ERROR" && !neverConnected.test(theirs)) || ended.test(theirs),
    },
  ],
]);
