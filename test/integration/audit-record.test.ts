import { createSign, generateKeyPairSync } from "node:crypto";
import { s3RecordFiles } from "../../lambdas/aws/s3/record-files.ts";
import { firstNameOf, recordFileOf, recordNameOf, recordsFolder } from "../../lambdas/core/access/audit-record.ts";
import { minuteMs } from "../../lambdas/core/job/due-time.ts";
import { signMinutes } from "../../lambdas/core/operations/sign-minutes.ts";
import { verifyAudit } from "../../lambdas/core/operations/verify-audit.ts";
import { bucket, startSqsAndS3 } from "../support/aws/fauxqs.ts";
import { noon } from "../support/builders.ts";
import { fakeClock } from "../support/fakes/clock.ts";
import { fakeLog } from "../support/fakes/log.ts";
import { fakeRecordFiles } from "../support/fakes/record-files.ts";

const { privateKey, publicKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const sign = async (text: string) => createSign("sha256").update(text).sign(privateKey).toString("base64");
const lineOf = (n: number, entry = `{"n":${n}}`) => ({
  how: "written" as const,
  id: `aud_${n.toString(16).padStart(32, "0")}`,
  entry,
});

async function all(names: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const name of names) found.push(name);
  return found;
}

describe("the record of the audit in a bucket", () => {
  let server: Awaited<ReturnType<typeof startSqsAndS3>>;
  beforeAll(async () => {
    server = await startSqsAndS3();
  });
  afterAll(() => server.stop());

  it("has more files than a page of S3 lists", async () => {
    const files = s3RecordFiles({ client: server.s3, bucket });
    const names: string[] = [];
    for (let n = 0; n < 1100; n += 50) {
      const some = Array.from({ length: 50 }, (_, i) => recordFileOf([lineOf(n + i, `"😀 \uffff ${n + i}"`)]));
      names.push(...some.map((text) => recordNameOf(text, noon + n * 1000)));
      const put = await Promise.all(some.map((text) => files.put(recordNameOf(text, noon + n * 1000), text)));
      expect(new Set(put)).toEqual(new Set(["put"]));
    }
    expect(await files.get(names[0] ?? "")).toBe(recordFileOf([lineOf(0, '"😀 \uffff 0"')]));
    expect(await files.get("records/none")).toBeUndefined();
    const listed = await all(files.names(recordsFolder, { from: recordsFolder }));
    expect(listed).toEqual([...names].sort());
    const to = firstNameOf(recordsFolder, noon + 5 * minuteMs);
    const some = await all(files.names(recordsFolder, { from: firstNameOf(recordsFolder, noon), to }));
    expect(some).toEqual(listed.filter((name) => name < to));

    const clock = fakeClock(noon + 30 * minuteMs);
    await signMinutes({ files, sign, clock, log: fakeLog() });
    const verified = await verifyAudit({ files, key, now: clock.now() });
    expect(verified).toMatchObject({ files: 1100, entries: 1100, waiting: 0, faults: [] });
  });
});

it("shows among 1,000,000 changes which one was changed, removed or added", async () => {
  const { files, objects } = fakeRecordFiles();
  const clock = fakeClock(noon);
  const perFile = 100;
  const names: string[] = [];
  for (let n = 0; n < 1_000_000; n += perFile) {
    const text = recordFileOf(Array.from({ length: perFile }, (_, i) => lineOf(n + i)));
    names.push(recordNameOf(text, noon + Math.floor(n / 1000) * 1000));
    objects.set(names.at(-1) ?? "", text);
  }
  await clock.advance(20 * minuteMs);
  // The keys of a map are sorted for each look at them, which takes long with so many: they are looked at once here.
  const sorted = [...objects.keys()].sort();
  const inOrder: typeof files = {
    ...files,
    async *names(folder, { from, to }) {
      const lists =
        folder === recordsFolder ? sorted : [...objects.keys()].filter((name) => name.startsWith("minutes/")).sort();
      for (const name of lists) if (name >= from && (to === undefined || name < to)) yield name;
    },
  };
  await signMinutes({ files: inOrder, sign, clock, log: fakeLog() });
  expect(await verifyAudit({ files: inOrder, key, now: clock.now() })).toMatchObject({
    ...{ entries: 1_000_000, waiting: 0, faults: [] },
  });

  const [changed = "", removed = ""] = [names[1234], names[9876]];
  objects.set(changed, (objects.get(changed) ?? "").replace('{\\"n\\":123456}', '{\\"n\\":123457}'));
  objects.delete(removed);
  const extra = recordFileOf([lineOf(2_000_000)]);
  const added = recordNameOf(extra, noon + 3 * minuteMs);
  objects.set(added, extra);
  sorted.splice(0, sorted.length, ...[...objects.keys()].filter((name) => name.startsWith(recordsFolder)).sort());
  const { faults } = await verifyAudit({ files: inOrder, key, now: clock.now() });
  expect(faults.map(({ code, name }) => [code, name]).sort()).toEqual(
    [
      ["FILE_ADDED", added],
      ["FILE_CHANGED", changed],
      ["FILE_REMOVED", removed],
    ].sort(),
  );
}, 120_000);
