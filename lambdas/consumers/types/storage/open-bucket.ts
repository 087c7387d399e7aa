import { type Reference, referenceName, type TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import { azureBucket, azureClient } from "./azure.ts";
import type { Bucket } from "./bucket.ts";
import { gcsBucket, gcsClient } from "./gcs.ts";
import { s3Buckets } from "./s3.ts";
import type { StoragePlace } from "./target.ts";

export type OpenBucket = (place: StoragePlace, secrets: Secrets) => Promise<Bucket>;

/** How many clients with credentials are kept; a rotated secret needs a new one. */
const mostClients = 50;

/** Opens the bucket of a place. Clients are kept while this Lambda is warm: each has its connections and its tokens. */
export function bucketOpener(s3 = s3Buckets()): OpenBucket {
  const gcs = keptClient(gcsClient);
  const azure = keptClient(azureClient);
  return async (place, secrets) => {
    const text = async (value: TextOrReference) =>
      typeof value === "string" ? value : (await secrets.resolve(value)).trim();
    const optional = async (value: TextOrReference | undefined) => (value === undefined ? undefined : text(value));
    switch (place.provider) {
      case "s3":
        return s3({ bucket: await text(place.bucket), region: place.region, endpoint: await optional(place.endpoint) });
      case "gcs": {
        const client = await gcs(await secrets.resolve(place.service_account), await optional(place.endpoint));
        if (!client) throw unusableSetting(place.service_account, "is not the JSON key of a service account");
        return gcsBucket(client, await text(place.bucket));
      }
      case "azure": {
        const client = await azure(await text(place.connection_string));
        if (!client) throw unusableSetting(place.connection_string, "is not a connection string of Azure Storage");
        return azureBucket(client, await text(place.container));
      }
    }
  };
}

const unusableSetting = (reference: Reference, what: string) =>
  new JobError("CONFIGURATION_ERROR", `${referenceName(reference)} ${what}.`);

/** Returns the same client for the same settings. A client that could not be made is not kept. */
function keptClient<Settings extends (string | undefined)[], Client>(
  make: (...settings: Settings) => Promise<Client | undefined>,
) {
  const clients = new Map<string, Client>();
  return async (...settings: Settings): Promise<Client | undefined> => {
    const name = JSON.stringify(settings);
    const client = clients.get(name) ?? (await make(...settings));
    if (clients.size >= mostClients) clients.clear();
    if (client) clients.set(name, client);
    return client;
  };
}
