import { type Reference, referenceName } from "../../core/catalog/references.ts";
import { JobError } from "../../core/job/job-error.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { secretFault, withHint } from "./secret-faults.ts";
import type { ReadValue } from "./secret-reader.ts";

interface AwsSecretsOptions {
  readSecret: ReadValue;
  readParameter: ReadValue;
  clock: Pick<Clock, "now">;
  /** How long a warm Lambda caches a value; a rotated secret is seen after that. Default: 5 minutes. */
  ttlMs?: number;
  /** Appended to the fault of a missing credential: says where the values are if they are not in AWS. */
  hint?: string | undefined;
}

/** Resolves references to values in Secrets Manager and the SSM Parameter Store. */
export function awsSecrets({ readSecret, readParameter, clock, ttlMs = 300_000, hint }: AwsSecretsOptions): Secrets {
  const cached = cache(clock, ttlMs);
  return {
    async resolve(reference, { fresh = false } = {}) {
      const read = () =>
        "$parameter" in reference ? readParameter(reference.$parameter) : readSecret(reference.$secret);
      // Cached by store and name and not by key, so that all keys of a secret share a call.
      const name = "$parameter" in reference ? `p:${reference.$parameter}` : `s:${reference.$secret}`;
      let value: string | undefined;
      try {
        value = await cached(name, read, fresh);
      } catch (cause) {
        throw secretFault(reference, cause, hint);
      }
      if (value === undefined)
        throw unusableSecret(reference, "has no string value: store it as a string, not as binary");
      return "key" in reference && reference.key !== undefined
        ? fieldOfSecret(value, reference.key, reference, hint)
        : value;
    },
  };
}

/** Has no cause, since the message of a JSON parser quotes its input, which is the secret. */
const unusableSecret = (reference: Reference, what: string, hint?: string) =>
  new JobError("CONFIGURATION_ERROR", withHint(`${referenceName(reference)} ${what}.`, hint));

function fieldOfSecret(text: string, key: string, reference: Reference, hint: string | undefined): string {
  const value = objectIn(text, reference)[key];
  if (typeof value === "string") return value;
  // Secrets that RDS creates have the port as a number.
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw unusableSecret(
    reference,
    `does not exist: add the key "${key}", with a string, to the JSON object in the secret`,
    hint,
  );
}

function objectIn(text: string, reference: Reference): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The secret is not JSON, and the error below says so.
  }
  if (typeof value === "object" && value !== null) return { __proto__: null, ...value };
  throw unusableSecret(reference, "names a key, but the secret is not a JSON object: store it as one");
}

interface Entry {
  until: number;
  value: Promise<string | undefined>;
  isPending: boolean;
}

/** Concurrent reads of one name share a call. A failure is not cached, and does not replace a cached value. */
function cache(clock: Pick<Clock, "now">, ttlMs: number) {
  const entries = new Map<string, Entry>();
  return (name: string, read: () => Promise<string | undefined>, fresh: boolean): Promise<string | undefined> => {
    const known = entries.get(name);
    if (known && (known.isPending || (!fresh && clock.now() < known.until))) return known.value;
    const entry: Entry = { until: clock.now() + ttlMs, value: read(), isPending: true };
    entries.set(name, entry);
    const undo = () => void (known ? entries.set(name, known) : entries.delete(name));
    entry.value.catch(undo).finally(() => {
      entry.isPending = false;
    });
    return entry.value;
  };
}
