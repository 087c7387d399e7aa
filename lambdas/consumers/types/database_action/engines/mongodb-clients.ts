import { MongoClient } from "mongodb";
import { untilAborted } from "../../../clients/until-aborted.ts";
import { type ConnectedCall, connectTimeoutMs } from "./call.ts";
import { Unconnected } from "./network-fault.ts";

interface KeptMongo {
  client: MongoClient;
  /** Rejects with an Unconnected if no server can be reached or logged in to at first. */
  connected: Promise<unknown>;
  users: number;
  discarded: boolean;
}

const kept = new Map<string, KeptMongo>();
/** The latest URL of each reference. */
const urls = new Map<string, string>();

/**
 * Runs `work` on the client of a URL. The warm Lambda keeps the client until the reference has another URL. The driver replaces
 * broken connections by itself, but cannot distinguish a hanging one from a slow one, so after an abort the whole client is
 * closed as soon as nothing uses it.
 */
export async function withClient<T>(
  { url, reference, signal }: Pick<ConnectedCall<unknown>, "url" | "reference" | "signal">,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  retire(url, reference);
  const entry = kept.get(url) ?? openClient(url);
  entry.users++;
  try {
    await untilAborted(signal, entry.connected);
    return await work(entry.client);
  } catch (error) {
    // The driver's own repetitions hide whether a write was sent before no server was left; a new client says so once more.
    if (error instanceof Unconnected || isUnreachable(error)) closeClient(url, entry);
    throw error;
  } finally {
    entry.users--;
    if (signal.aborted) closeClient(url, entry);
    if (entry.discarded && entry.users === 0) close(entry);
  }
}

/** Rotated credentials make a new URL. A client of the old one would keep trying to connect with the old credentials. */
function retire(url: string, reference: string): void {
  const before = urls.get(reference);
  urls.set(reference, url);
  const entry = before === undefined || before === url ? undefined : kept.get(before);
  if (!entry) return;
  closeClient(before as string, entry);
  if (entry.users === 0) close(entry);
}

export function closeMongo(): void {
  for (const [url, entry] of kept) {
    closeClient(url, entry);
    if (entry.users === 0) close(entry);
  }
}

function openClient(url: string): KeptMongo {
  const client = new MongoClient(url, {
    maxPoolSize: 4,
    // Shorter than the time after which firewalls drop idle connections of a frozen Lambda.
    maxIdleTimeMS: 60_000,
    connectTimeoutMS: connectTimeoutMs,
    // An option would override the URL, so this one is set only if the URL does not set it.
    ...(!/[?&]serverSelectionTimeoutMS=/i.test(url) && { serverSelectionTimeoutMS: connectTimeoutMs }),
    useBigInt64: true,
  });
  const connected = client.connect().catch((cause: unknown) => {
    throw new Unconnected("not connected", { cause });
  });
  // The caller that uses the client sees it.
  connected.catch(() => {});
  const entry = { client, connected, users: 0, discarded: false };
  kept.set(url, entry);
  return entry;
}

function closeClient(url: string, entry: KeptMongo): void {
  entry.discarded = true;
  if (kept.get(url) === entry) kept.delete(url);
}

const isUnreachable = (error: unknown): boolean =>
  (error as Partial<Error> | undefined)?.name === "MongoServerSelectionError";

const close = ({ client }: KeptMongo) => void client.close().catch(() => {});
