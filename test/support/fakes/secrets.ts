import { referenceName } from "../../../lambdas/core/catalog/references.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import type { Secrets } from "../../../lambdas/core/ports/secrets.ts";

/** Values by reference as the catalog writes it: `{"shop/smtp#password": "...", "/shop/base-url": "..."}`. */
export const fakeSecrets = (values: Record<string, string> = {}): Secrets => ({
  async resolve(reference) {
    const name =
      "$parameter" in reference ? reference.$parameter : [reference.$secret, reference.key].filter(Boolean).join("#");
    if (Object.hasOwn(values, name)) return values[name] as string;
    throw new JobError("CONFIGURATION_ERROR", `${referenceName(reference)} does not exist.`);
  },
});
