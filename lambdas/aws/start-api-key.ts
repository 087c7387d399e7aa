import type { Secrets } from "../core/ports.ts";
import { clientDefaults } from "./client-defaults.ts";
import { once } from "./once.ts";
import { secretReader } from "./secret-reader.ts";
import { awsSecrets } from "./secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Secrets alone: the client of parameters is a third of what the authorizer would load before anybody's first request. */
export const startApiKey = (): Secrets =>
  awsSecrets({
    readSecret: secretReader(
      once(async () => {
        const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
        return new SecretsManagerClient(clientDefaults);
      }),
    ),
    readParameter: () => Promise.reject(new Error("this Lambda reads no parameters")),
    clock: systemClock,
  });
