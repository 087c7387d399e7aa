import { createPublicKey, type KeyObject } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { serviceStack, stackOutputs } from "../../../../keys/stack-outputs.ts";
import { s3RecordFiles } from "../../../../lambdas/aws/s3/record-files.ts";
import { lazy } from "../../../../lambdas/core/kernel/lazy.ts";
import { type RecordFault, type Verified, verifyAudit } from "../../../../lambdas/core/operations/verify-audit.ts";
import type { RecordFiles } from "../../../../lambdas/core/ports/audit-record.ts";
import { CliError, exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { clean, jsonText } from "./terminal/clean.ts";

interface VerifyOptions {
  stage: string;
  bucket?: string;
  folder?: string;
  publicKey?: string;
  json?: boolean;
}

/** `audit verify`: whether the record of the audit is whole. It asks AWS, or nobody where it has a folder and a key. */
export async function verifyRecord(io: Io, options: VerifyOptions): Promise<void> {
  const { publicKey, json = false } = options;
  const deployed = lazy(() => recordOf(options.stage));
  const files = await filesOf(io, options, deployed);
  const key = publicKey === undefined ? await keyOf((await deployed()).key) : await keyIn(resolve(io.cwd, publicKey));
  const onFault = (fault: RecordFault) => void (json || io.out.write(`${lineOf(fault)}\n`));
  const verified = await verifyAudit({ files, key, now: (io.now ?? Date.now)(), onFault });
  io.out.write(`${json ? jsonText(verified, 2) : summaryOf(verified)}\n`);
  if (verified.faults.length > 0) throw new CliError("The record is not whole.", exitCode.failed);
  if (verified.lists === 0) throw new CliError("Nothing was signed yet, so that nothing is shown.", exitCode.failed);
}

const lineOf = ({ code, name, detail }: RecordFault): string => `${code}  ${clean(name)}  ${clean(detail)}`;

function summaryOf({ lists, files, entries, waiting, from, to, faults }: Verified): string {
  const time = (at: number) => new Date(at).toISOString();
  const covered = from === undefined || to === undefined ? "" : `, from ${time(from)} to ${time(to)}`;
  const later = waiting === 0 ? "" : ` ${waiting} files wait to be signed.`;
  return `${entries} changes in ${files} files, ${lists} signed lists${covered}: ${faults.length} faults.${later}`;
}

type Deployed = () => Promise<{ bucket: string; key: string }>;

async function filesOf({ cwd }: Io, { folder, bucket }: VerifyOptions, deployed: Deployed) {
  if (folder !== undefined && bucket !== undefined) throw new CliError("Name --bucket or --folder, not both.");
  if (folder !== undefined) return filesIn(resolve(cwd, folder));
  return s3RecordFiles({ client: new S3Client({}), bucket: bucket ?? (await deployed()).bucket });
}

/** A copy of the bucket: `aws s3 sync s3://BUCKET FOLDER`. */
function filesIn(root: string): Pick<RecordFiles, "get" | "names"> {
  const missing = (error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  };
  return {
    get: (name) => readFile(join(root, name), "utf8").catch(missing),
    async *names(folder, { from, to }) {
      const found = (await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(missing)) ?? [];
      const names = found
        .filter((one) => one.isFile())
        .map((one) =>
          join(one.parentPath, one.name)
            .slice(root.length + 1)
            .replaceAll(sep, "/"),
        );
      yield* names.filter((name) => name >= from && (to === undefined || name < to)).sort();
    },
  };
}

/** A public key in a file, as PEM or as KMS gives it (DER). */
async function keyIn(file: string): Promise<KeyObject> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new CliError(`The public key cannot be read: ${error.message}`);
  });
  return madeOf(bytes, file);
}

function madeOf(bytes: Buffer, from: string): KeyObject {
  try {
    if (bytes.includes("BEGIN PUBLIC KEY")) return createPublicKey(bytes);
    return createPublicKey({ key: bytes, format: "der", type: "spki" });
  } catch {
    throw new CliError(`${from} is no public key: neither PEM nor DER.`);
  }
}

async function keyOf(KeyId: string): Promise<KeyObject> {
  const { GetPublicKeyCommand, KMSClient } = await import("@aws-sdk/client-kms");
  const { PublicKey = new Uint8Array() } = await new KMSClient({}).send(new GetPublicKeyCommand({ KeyId }));
  return madeOf(Buffer.from(PublicKey), KeyId);
}

/** What the stack of the service says of the record. */
async function recordOf(stage: string): Promise<{ bucket: string; key: string }> {
  const outputs = await stackOutputs(stage);
  const bucket = outputs.get("AuditBucket");
  const key = outputs.get("AuditKey");
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw new CliError(
    `The stack ${serviceStack(stage)} keeps no record: it is deployed without jobs:auditLockDays. Name another with --bucket and --public-key.`,
  );
}
