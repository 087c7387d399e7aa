import type { Reference } from "../catalog/references.ts";
import type { Secrets } from "../ports/secrets.ts";

interface UsedSecrets extends Secrets {
  /** Reads again all that was resolved, and returns whether a value has changed. False if none can be read. */
  haveChanged(): Promise<boolean>;
}

/** Secrets that remember the values they resolved, so that a refused credential can be compared with its current value. */
export function usedSecrets(secrets: Secrets): UsedSecrets {
  const used = new Map<string, { reference: Reference; value: string }>();
  return {
    async resolve(reference, options) {
      const value = await secrets.resolve(reference, options);
      used.set(JSON.stringify(reference), { reference, value });
      return value;
    },

    async haveChanged() {
      const looked = [...used.values()].map(
        async ({ reference, value }) => (await secrets.resolve(reference, { fresh: true })) !== value,
      );
      const rotated = await Promise.allSettled(looked);
      return rotated.some((one) => one.status === "fulfilled" && one.value);
    },
  };
}
