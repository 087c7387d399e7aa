import { lazy } from "../../core/kernel/lazy.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { parameterReader } from "../secrets/parameter-reader.ts";
import { awsSecrets } from "../secrets/secrets.ts";
import { readEnv, SecretsEnv } from "./env.ts";
import { readSecret } from "./start-only-secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Resolves references to credentials. Each client is loaded and created when a reference first needs it. */
export const startSecrets = (): Secrets =>
  awsSecrets({
    hint: readEnv(SecretsEnv).SECRETS_HINT,
    readSecret: readSecret(),
    readParameter: parameterReader(
      lazy(async () => {
        const { SSMClient } = await import("@aws-sdk/client-ssm");
        return new SSMClient(clientDefaults);
      }),
    ),
    clock: systemClock,
  });
