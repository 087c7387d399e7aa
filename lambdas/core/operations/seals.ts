import { keysIn, macOf } from "../job/signed-token.ts";
import type { Secrets } from "../ports/secrets.ts";

/** A value of a field, which is sealed so that it is comparable with nothing else. */
interface Sealable {
  product: string;
  env: string;
  field: string;
  text: string;
}

/** Hashes values by which jobs are found and that are kept in no other way. Throws a JobError if the secret with the keys cannot be read. */
export interface Seals {
  /** Under each key of the deployment. The first one is that under which values are kept. */
  of(value: Sealable): Promise<[string, ...string[]]>;
}

const purpose = "ductape search 1";

export const sealsBy = (secrets: Pick<Secrets, "resolve">, secret: () => string): Seals => ({
  async of({ product, env, field, text }) {
    const keys = keysIn(await secrets.resolve({ $secret: secret() }));
    const subject = JSON.stringify([product, env, field, text]);
    const [first = "", ...others] = keys.map((key) => macOf(purpose, subject, key).toString("base64url"));
    return [first, ...others];
  },
});
