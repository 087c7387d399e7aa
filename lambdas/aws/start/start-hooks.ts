import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Catalog } from "../../core/catalog/catalog.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoHookDeliveries } from "../dynamodb/hook-deliveries.ts";
import { dynamoSharedKeys } from "../dynamodb/shared-keys.ts";
import type { HooksEnv } from "./env.ts";
import { lazySessions } from "./lazy-ports.ts";
import { startSecrets } from "./start-secrets.ts";
import { startServices } from "./start-up.ts";

/** How often the secrets of a hook are read anew for deliveries that none of the known ones has signed. */
const freshEveryMs = 30_000;

/** Connects the ports of the function that takes deliveries of hooks to their adapters. */
export function startHooks(env: HooksEnv, catalog: Catalog) {
  const client = new DynamoDBClient(clientDefaults);
  const services = startServices("hooks", env, catalog, client);
  const readAt = new Map<string, number>();
  return {
    ...services,
    sharedKeys: dynamoSharedKeys({ client, table: env.TABLE_NAME }),
    hookDeliveries: dynamoHookDeliveries({ client, table: env.TABLE_NAME, retentionDays: env.RETENTION_DAYS }),
    sessions: lazySessions(),
    secrets: startSecrets(),
    mayReadAgain(hook: string): boolean {
      const now = services.clock.now();
      if (now - (readAt.get(hook) ?? Number.NEGATIVE_INFINITY) < freshEveryMs) return false;
      readAt.set(hook, now);
      return true;
    },
  };
}
