import { hash } from "node:crypto";
import { uuidv7obj } from "uuidv7";
import { canonicalJson } from "../kernel/canonical-json.ts";
import type { Job } from "./job.ts";

/** A fresh id: `job_` and a UUIDv7, so that ids sort by creation time. */
export const newJobId = (): string => `job_${uuidv7obj().toHex()}`;

export const jobIdPattern = /^job_[0-9a-f]{32}$/;

/**
 * The id of the job that an idempotency key names. A repeated key finds the same item, so the key needs no record of
 * its own. The id is a UUIDv8 (RFC 9562 5.8: custom, here SHA-256), so that it can never equal a fresh UUIDv7.
 */
export const derivedJobId = (product: string, env: string, key: string): string => derived([product, env, key]);

/**
 * The id of a feature's step, so that a decision that is made twice finds the job it has started. It depends on the feature's
 * creation time too: a deleted feature leaves its steps behind, and a repeated key gives its id to another feature.
 */
export const stepJobId = ({ id, created_at, run, begun_anew }: Run, step: string): string => {
  const anew = begun_anew === undefined ? [] : [String(begun_anew)];
  // Five parts or six and not three, so that no idempotency key can name a step.
  return derived([id, String(created_at), String(run), step, "step", ...anew]);
};

type Run = Pick<Job, "id" | "created_at" | "run" | "begun_anew">;

/** The id of the job that undoes a step at the end of an attempt of its feature: a run that begins anew may end so again. */
export const undoJobId = ({ id, created_at, run, attempt }: Run & Pick<Job, "attempt">, step: string): string =>
  derived([id, String(created_at), String(run), step, "undo", String(attempt)]);

/** The id of the job of a schedule of the catalog. It has four parts, so that neither a key nor a step can name it. */
export const scheduleJobId = (product: string, env: string, name: string): string =>
  derived([product, env, name, "schedule"]);

/** The id of the job that tells a receiver of an incident. Nothing else is named by four parts that end so. */
export const alertJobId = (product: string, env: string, key: string): string => derived([product, env, key, "alert"]);

function derived(parts: string[]): string {
  const hex = hash("sha256", JSON.stringify(parts), "hex").slice(0, 32).split("");
  hex[12] = "8";
  hex[16] = "89ab"[Number.parseInt(hex[16] as string, 16) % 4] as string;
  return `job_${hex.join("")}`;
}

/** A hash of a JSON value that does not depend on the order of its keys. */
export const fingerprint = (value: unknown): string => hash("sha256", canonicalJson(value), "base64url");

/** Over how many partitions of the index a tenant's jobs may be spread. A deployment has 16 unless a setting says otherwise. */
export const fewestShards = 8;
export const mostShards = 256;

/**
 * Which of the partitions a job is in: a number below `shards`, which is a power of two up to `mostShards`. It is read from the
 * last two digits of the id, so that 8 shards are those of version 0.2, which read the last one.
 */
export const shardOf = (jobId: string, shards = fewestShards): number => Number.parseInt(jobId.slice(-2), 16) % shards;
