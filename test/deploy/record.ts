import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Answer, Call, Outputs } from "./deployment.ts";
import type { Ministack } from "./ministack.ts";

interface Settings {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

interface System {
  call(method: string, path: string, options?: Call): Promise<Answer>;
  settings(): Settings;
  outputs(): Outputs;
  ministack(): Ministack;
}

interface Verified {
  lists: number;
  entries: number;
  to?: number;
  faults: { code: string; name: string }[];
}

/** A minute is signed two minutes after its end, by the run that comes next. */
const signedWithinMs = 300_000;
/** How long the table's stream and the batching window may keep a change from its file. */
const recordedWithinMs = 30_000;

/** The emulator's CloudFormation leaves out the lock that the template gives the bucket, whose objects then are kept by nobody. */
export async function lockRecord(settings: Settings, { AuditBucket: Bucket }: Outputs): Promise<void> {
  const DefaultRetention = { Mode: "COMPLIANCE", Days: recordDays } as const;
  const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } } as const;
  const lock = new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration });
  await new S3Client({ ...settings, forcePathStyle: true }).send(lock);
}

/** The setting `auditLockDays` of the deployment. */
export const recordDays = 1;

/**
 * The record of the audit in the deployment: the table's stream, the bucket with object lock and the rule that has each minute signed.
 * Whether what is locked can be removed is for S3 to say, and here for the emulator.
 */
export function describeRecord({ call, settings, outputs, ministack }: System): void {
  /** What an administrator runs at a terminal. */
  const verify = () =>
    new Promise<{ code: unknown; said: Verified; told: string }>((resolve, reject) => {
      const args = ["local/launch.mjs", "packages/ductape-jobs/src/cli/bin.ts", "audit", "verify", "--json"];
      execFile(process.execPath, args, { env: ministack().environment }, (error, stdout, stderr) => {
        if (stdout === "") reject(new Error(`audit verify said nothing: ${stderr}`));
        else resolve({ code: error?.code, said: JSON.parse(stdout) as Verified, told: stderr });
      });
    });

  /** How many changes the list of the API has from before a time. */
  async function listedBefore(to: number): Promise<number> {
    const page = async (cursor?: string): Promise<number> => {
      const more = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await call("GET", `/v1/audit?limit=100&to=${to}${more}`);
      return body.entries.length + (body.next_cursor ? await page(body.next_cursor) : 0);
    };
    return page();
  }

  /** What is verified once changes have been signed. */
  async function verified() {
    for (const until = Date.now() + signedWithinMs; Date.now() < until; await sleep(2000)) {
      const { said } = await verify();
      const changes = said.to === undefined ? 0 : await listedBefore(said.to - recordedWithinMs);
      if (changes > 0) return { said, changes };
    }
    throw new Error("no change was signed");
  }

  describe("the record of the audit", () => {
    test(
      "has each change of the list, signed, and is whole",
      async () => {
        const pause = { product_tag: "my-product", env: "dev", reason: "for the record" };
        const { status, body } = await call("POST", "/v1/pauses", { body: pause });
        expect(status).toBe(201);
        expect(await call("DELETE", `/v1/pauses/${body.id}`)).toMatchObject({ status: 200 });
        const { said, changes } = await verified();
        expect(said.faults).toEqual([]);
        expect(said.entries).toBeGreaterThanOrEqual(changes);
      },
      signedWithinMs + 30_000,
    );

    test("cannot be removed by an administrator, and shows what was put in its place", async () => {
      const s3 = new S3Client({ ...settings(), forcePathStyle: true });
      const Bucket = outputs().AuditBucket;
      const { Versions: [first] = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: "records/" }));
      const { Key, VersionId } = first ?? {};
      const removal = s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
      await expect(removal).rejects.toMatchObject({ name: "AccessDenied" });
      expect((await verify()).said.faults).toEqual([]);
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: "{}\n", ChecksumAlgorithm: "SHA256" }));
      const { code, said, told } = await verify();
      expect(said.faults).toMatchObject([{ code: "FILE_CHANGED", name: Key }]);
      expect([code, told]).toEqual([1, expect.stringContaining("The record is not whole.")]);
    }, 60_000);
  });
}
