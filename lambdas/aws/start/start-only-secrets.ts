import { lazy } from "../../core/kernel/lazy.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { secretReader } from "../secrets/secret-reader.ts";
import { awsSecrets } from "../secrets/secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Reads secrets with a client that is created when one is first needed. */
export const readSecret = () =>
  secretReader(
    lazy(async () => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient(clientDefaults);
    }),
  );

/** Resolves references to secrets, for functions that read no SSM parameters and whose bundles have no client for them. */
export const onlySecrets = (): Secrets =>
  awsSecrets({
    readSecret: readSecret(),
    readParameter: () => Promise.reject(new Error("this Lambda reads no parameters")),
    clock: systemClock,
  });
