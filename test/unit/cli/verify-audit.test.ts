import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  minuteNameOf,
  recordFileOf,
  recordNameOf,
  sha256,
  signedText,
} from "../../../lambdas/core/access/audit-record.ts";
import { canonicalJson } from "../../../lambdas/core/kernel/canonical-json.ts";
import { answering, now } from "../../support/cli/answering.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const minute = Math.floor(now / 60_000) * 60_000 - 180_000;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A copy of a bucket with one signed minute, and the key as KMS gives it. */
function aCopy() {
  const folder = mkdtempSync(join(tmpdir(), "audit-"));
  folders.push(folder);
  const put = (name: string, text: string | Buffer) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const file = recordFileOf([{ how: "written", id: "aud_1", entry: "{}" }]);
  const name = recordNameOf(file, minute);
  put(name, file);
  const files = [{ name, sha256: sha256(file) }];
  const manifest = canonicalJson({ v: 1, from: minute, to: minute + 60_000, files, previous: null });
  const signature = createSign("sha256").update(manifest).sign(privateKey).toString("base64");
  put(minuteNameOf(minute), signedText({ manifest, signature }));
  put("key.der", publicKey.export({ format: "der", type: "spki" }));
  put("key.pem", publicKey.export({ format: "pem", type: "spki" }));
  return { folder, put, name };
}

const verify = (folder: string, ...more: string[]) =>
  answering({}).cli(["audit", "verify", "--folder", folder, "--public-key", join(folder, "key.der"), ...more]);

describe("audit verify", () => {
  it("says that a record is whole, by a copy and a key on this machine", async () => {
    const { folder } = aCopy();
    const { code, out, err } = await verify(folder);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^1 changes in 1 files, 1 signed lists, from \S+ to \S+: 0 faults\.\n$/);
    expect(await verify(folder, "--public-key", join(folder, "key.pem"))).toMatchObject({ code: 0 });
  });

  it("names what was changed or removed, and fails", async () => {
    const { folder, put, name } = aCopy();
    put(name, recordFileOf([{ how: "written", id: "aud_1", entry: '{"by":"nobody"}' }]));
    const changed = await verify(folder);
    expect(changed).toMatchObject({ code: 1, err: expect.stringContaining("The record is not whole.") });
    expect(changed.out).toContain(`FILE_CHANGED  ${name}  `);
    rmSync(join(folder, name));
    const removed = await verify(folder, "--json");
    expect(removed.code).toBe(1);
    expect(JSON.parse(removed.out)).toMatchObject({ faults: [{ code: "FILE_REMOVED", name }] });
  });

  it("lets nothing of a record steer the terminal", async () => {
    const { folder, put } = aCopy();
    const text = recordFileOf([{ how: "removed", id: "aud_\u009b2J\u001b[2J", entry: "{}" }]);
    put(recordNameOf(text, minute), text);
    const files = [{ name: recordNameOf(text, minute), sha256: sha256(text) }];
    const manifest = canonicalJson({ v: 1, from: minute, to: minute + 60_000, files, previous: null });
    const signature = createSign("sha256").update(manifest).sign(privateKey).toString("base64");
    put(minuteNameOf(minute), signedText({ manifest, signature }));
    for (const more of [[], ["--json"]]) {
      const { out } = await verify(folder, ...more);
      expect(out).toContain("ENTRY_REMOVED");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are the point
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it("does not call an empty folder whole", async () => {
    const { folder } = aCopy();
    rmSync(join(folder, "records"), { recursive: true });
    rmSync(join(folder, "minutes"), { recursive: true });
    expect(await verify(folder)).toMatchObject({ code: 1, err: expect.stringContaining("Nothing was signed yet") });
  });

  it("says what is wrong with its options", async () => {
    const { folder, put } = aCopy();
    put("key.der", "no key");
    expect(await verify(folder)).toMatchObject({ code: 2, err: expect.stringContaining("is no public key") });
    expect(await verify(folder, "--public-key", "missing.der")).toMatchObject({
      code: 2,
      err: expect.stringContaining("The public key cannot be read"),
    });
    expect(await verify(folder, "--bucket", "b")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Name --bucket or --folder"),
    });
  });
});
