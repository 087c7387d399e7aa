import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoApiKeys } from "../dynamodb/api-keys.ts";
import { dynamoAudit } from "../dynamodb/audit.ts";
import { makeLog } from "../log/log.ts";
import { oidcIssuers } from "../sign-in/oidc-issuers.ts";
import type { SignInEnv } from "./sign-in-env.ts";
import { onlySecrets } from "./start-only-secrets.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the ports of the function that lets people sign in to their adapters. */
export function startSignIn({ TABLE_NAME: table, SIGN_IN, API_URL, AUDIT_DAYS: days }: SignInEnv) {
  const client = new DynamoDBClient(clientDefaults);
  return {
    signIn: SIGN_IN,
    issuers: oidcIssuers({ secrets: onlySecrets(), clock: systemClock }),
    keys: dynamoApiKeys({ client, table }),
    audit: dynamoAudit({ client, table, days }),
    pageUrl: `${API_URL}/`,
    clock: systemClock,
    log: makeLog("sign-in"),
  };
}
