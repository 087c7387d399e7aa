import { JobError } from "../../../core/job/job-error.ts";
import { quoted } from "../../clients/http/names.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { settingsOfEnv } from "../settings-of-env.ts";
import type { Bucket, File, StoredFile } from "./bucket.ts";
import { type Content, contentOf } from "./content.ts";
import { type StorageInput, storage } from "./definition.ts";
import { storageFault } from "./faults.ts";
import { generatedName } from "./generated-name.ts";
import { metadataFaults } from "./metadata.ts";
import { detectMimeType } from "./mime-type.ts";
import { objectKey } from "./object-key.ts";
import { bucketOpener } from "./open-bucket.ts";
import { StoragePlace } from "./target.ts";

type Execution = ExecutionOf<typeof storage>;

/** The result of a storage job. */
export interface StorageResult {
  provider: StoragePlace["provider"];
  /** Azure's container. */
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  etag: string;
  url: string;
  /** Absent for a file that was kept. */
  mime_type?: string;
  /** Whether a file of this key existed already and was kept. */
  kept?: true;
}

/** Executes storage jobs in the buckets that `open` opens. */
export const storageExecutor = (open = bucketOpener()) =>
  defineExecutor(storage, async (execution): Promise<StorageResult> => {
    const { signal, secrets, input } = execution;
    const place = bucketPlaceOf(execution);
    const bucket = await open(place, secrets);
    const content = await contentOf(input, execution);
    // Not every client checks its signal while it waits for more of a file.
    const abort = () => content.close(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      // A listener is not called for an abort that came before it was added.
      signal.throwIfAborted();
      return await storeFile(place, bucket, await fileOf(place, input, content, execution), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : storageFault(error);
    } finally {
      signal.removeEventListener("abort", abort);
      content.close();
    }
  });

export const execute = storageExecutor();

/** Parsed here for the defaults, because the catalog is kept unparsed. */
function bucketPlaceOf({ target, job, event }: Execution): StoragePlace {
  const place = StoragePlace.safeParse(settingsOfEnv(target.envs, job, `Storage ${event.storage}`));
  if (place.success) return place.data;
  throw new JobError("CONFIGURATION_ERROR", `Storage ${event.storage} has no valid settings for env ${job.env}.`);
}

async function fileOf(place: StoragePlace, input: StorageInput, content: Content, execution: Execution): Promise<File> {
  const { head, body, bytes } = content;
  const mimeType = input.mimeType ?? content.type ?? (await detectMimeType(head, input.fileName));
  const fileName = input.fileName ?? (await generatedName(execution.job, mimeType, head));
  const metadata = objectMetadata(place, input);
  return { key: objectKey(place.prefix, fileName), body, bytes, mimeType, metadata, run: execution.idempotencyKey };
}

/** Checked again: a deployment may have moved the storage to another provider since the job was requested. */
function objectMetadata({ provider }: StoragePlace, { metadata = {} }: StorageInput): Record<string, string> {
  const [fault] = metadataFaults(metadata, provider);
  if (!fault) return metadata;
  const which = fault.name === undefined ? "" : ` ${quoted(fault.name)}`;
  throw new JobError("VALIDATION_ERROR", `The metadata${which} ${fault.detail}.`);
}

/**
 * Jobs run at least once: an attempt may find the file that an earlier attempt of the same run stored before its response was
 * lost. That is a success, whatever `overwrite` says.
 */
async function storeFile(place: StoragePlace, bucket: Bucket, file: File, signal: AbortSignal): Promise<StorageResult> {
  const { provider, overwrite } = place;
  const { key, bytes, mimeType } = file;
  const at = { provider, bucket: bucket.name, key, url: await bucket.url(key) };
  const onlyNew = overwrite !== "replace";
  const before = onlyNew ? await existing(bucket, key, signal) : undefined;
  const stored = before ? "exists" : await bucket.put(file, onlyNew, signal);
  if (stored !== "exists") return { ...at, size: bytes, etag: stored.etag, mime_type: mimeType };
  const found = before ?? (await bucket.find(key, signal));
  if (!found)
    throw new JobError(
      "SERVICE_UNAVAILABLE",
      "The file that existed was deleted meanwhile; another attempt can store this one.",
    );
  const already = { ...at, size: found.bytes, etag: found.etag };
  if (found.run === file.run) return { ...already, mime_type: mimeType };
  if (overwrite === "keep") return { ...already, kept: true };
  throw new JobError("VALIDATION_ERROR", "A file of this name exists, and the storage does not overwrite files.");
}

/**
 * Looks for the file before it is uploaded: an existing one then costs no upload, and is found on servers that speak S3 but
 * ignore conditions too. The condition of the write still decides, so a failed look is not a failure: S3 answers 403 for an
 * absent file to a role that may not list the bucket.
 */
const existing = (bucket: Bucket, key: string, signal: AbortSignal): Promise<StoredFile | undefined> =>
  bucket.find(key, signal).catch(() => undefined);
