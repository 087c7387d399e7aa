import { lazy } from "../../core/kernel/lazy.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { parameterReader } from "../secrets/parameter-reader.ts";
import { secretReader } from "../secrets/secret-reader.ts";
import { awsSecrets } from "../secrets/secrets.ts";
import { readEnv, SecretsEnv } from "./env.ts";
import { systemClock } from "./system-clock.ts";

const readSecret = () =>
  secretReader(
    lazy(async () => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient(clientDefaults);
    }),
  );

/** The same for a function that reads no SSM parameters. */
export const onlySecrets = (): Secrets =>
  awsSecrets({
    readSecret: readSecret(),
    readParameter: () => Promise.reject(new Error("this Lambda reads no parameters")),
    clock: systemClock,
  });

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
