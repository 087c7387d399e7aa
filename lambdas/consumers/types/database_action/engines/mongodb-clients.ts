import { MongoClient } from "mongodb";
import { type ConnectedCall, connectTimeoutMs } from "./call.ts";

interface Kept {
  client: MongoClient;
  users: number;
  discarded: boolean;
}

const kept = new Map<string, Kept>();
/** The URL that a reference had last. */
const urls = new Map<string, string>();

/**
 * Runs `work` on the client of a URL, which the warm Lambda keeps until the URL's reference has another one. The driver replaces broken connections by itself; one
 * that hangs it cannot tell from a slow one, so after an abort the whole client is let go when its last user is done.
 */
export async function withClient<T>(
  { url, reference, signal }: Pick<ConnectedCall<unknown>, "url" | "reference" | "signal">,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  retire(url, reference);
  const entry = kept.get(url) ?? open(url);
  entry.users++;
  try {
    return await work(entry.client);
  } finally {
    entry.users--;
    if (signal.aborted) discard(url, entry);
    if (entry.discarded && entry.users === 0) close(entry);
  }
}

/** Rotated credentials make a new URL; a client of the old one would go on trying them. */
function retire(url: string, reference: string): void {
  const before = urls.get(reference);
  urls.set(reference, url);
  const entry = before === undefined || before === url ? undefined : kept.get(before);
  if (!entry) return;
  discard(before as string, entry);
  if (entry.users === 0) close(entry);
}

export function closeMongo(): void {
  for (const [url, entry] of kept) {
    discard(url, entry);
    if (entry.users === 0) close(entry);
  }
}

function open(url: string): Kept {
  const client = new MongoClient(url, {
    maxPoolSize: 4,
    // Shorter than the life of a connection that a firewall forgets while the Lambda is frozen.
    maxIdleTimeMS: 60_000,
    connectTimeoutMS: connectTimeoutMs,
    // Options win over the URL, whose owner may know better.
    ...(!/[?&]serverSelectionTimeoutMS=/i.test(url) && { serverSelectionTimeoutMS: connectTimeoutMs }),
    useBigInt64: true,
  });
  const entry = { client, users: 0, discarded: false };
  kept.set(url, entry);
  return entry;
}

function discard(url: string, entry: Kept): void {
  entry.discarded = true;
  if (kept.get(url) === entry) kept.delete(url);
}

const close = ({ client }: Kept) => void client.close().catch(() => {});
