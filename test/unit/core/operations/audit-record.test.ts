import { createSign, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  manifestIn,
  type RecordedLine,
  recordFileOf,
  recordNameOf,
  signedText,
} from "../../../../lambdas/core/access/audit-record.ts";
import { minuteMs } from "../../../../lambdas/core/job/due-time.ts";
import { signMinutes } from "../../../../lambdas/core/operations/sign-minutes.ts";
import { verifyAudit } from "../../../../lambdas/core/operations/verify-audit.ts";
import { seeded } from "../../../simulation/random.ts";
import { noon } from "../../../support/builders.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { fakeLog } from "../../../support/fakes/log.ts";
import { fakeRecordFiles } from "../../../support/fakes/record-files.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signedBy = (key: typeof privateKey) => async (text: string) =>
  createSign("sha256").update(text).sign(key).toString("base64");

const lineOf = (n: number, more: Partial<RecordedLine> = {}): RecordedLine => ({
  how: "written",
  id: `aud_${String(n).padStart(12, "0")}${"0".repeat(20)}`,
  entry: JSON.stringify({ id: n, action: "job.cancel", reason: "late 😀 \uffff" }),
  ...more,
});

/** A deployment with a recorder, a signer and a clock. */
function deployment(at = noon) {
  const { files, objects } = fakeRecordFiles();
  const clock = fakeClock(at);
  const sign = signedBy(privateKey);
  return {
    ...{ files, objects, clock },
    async arrive(...lines: RecordedLine[]) {
      const text = recordFileOf(lines);
      const name = recordNameOf(text, clock.now());
      await files.put(name, text);
      return name;
    },
    sign: (by = sign) => signMinutes({ files, sign: by, clock, log: fakeLog() }),
    verify: (key = publicKey) => verifyAudit({ files, key, now: clock.now() }),
    pass: (ms: number) => clock.advance(ms),
    /** A minute goes by: the signer runs. */
    async minute() {
      await clock.advance(minuteMs);
      await signMinutes({ files, sign, clock, log: fakeLog() });
    },
  };
}

/** Ten minutes of changes, and what the signer did. */
async function tenMinutes() {
  const world = deployment();
  const names: string[] = [];
  for (let n = 0; n < 10; n++) {
    names.push(await world.arrive(lineOf(2 * n), lineOf(2 * n + 1)));
    await world.minute();
  }
  await world.minute();
  await world.minute();
  return { ...world, names };
}

const codesOf = async (world: Pick<ReturnType<typeof deployment>, "verify">) =>
  (await world.verify()).faults.map(({ code }) => code);

describe("the record of the audit", () => {
  it("is whole while nobody touches it: each entry is in a minute that is signed", async () => {
    const world = await tenMinutes();
    expect(await world.verify()).toMatchObject({ lists: 10, files: 10, entries: 20, waiting: 0, faults: [] });
  });

  it("has what arrives next waiting, until its minute is signed", async () => {
    const world = await tenMinutes();
    await world.arrive(lineOf(99));
    expect(await world.verify()).toMatchObject({ waiting: 1, entries: 20, faults: [] });
    for (let n = 0; n < 3; n++) await world.minute();
    expect(await world.verify()).toMatchObject({ waiting: 0, entries: 21, faults: [] });
  });

  it("finds any record that was changed, removed or added, wherever it is", async () => {
    const random = seeded(7);
    for (let round = 0; round < 60; round++) {
      const world = await tenMinutes();
      const name = random.pick(world.names);
      const text = world.objects.get(name) ?? "";
      const place = random.int(0, text.length - 2);
      const how = random.pick(["change", "remove", "remove a line", "add"] as const);
      if (how === "change") world.objects.set(name, `${text.slice(0, place)}x${text.slice(place + 1)}`);
      if (how === "remove") world.objects.delete(name);
      if (how === "remove a line") world.objects.set(name, text.slice(text.indexOf("\n") + 1));
      const added = recordFileOf([lineOf(1000 + round)]);
      if (how === "add") world.objects.set(recordNameOf(added, noon + random.int(0, 9) * minuteMs), added);
      const isSame = world.objects.get(name) === text && how === "change";
      const codes = await codesOf(world);
      const expected = {
        change: "FILE_CHANGED",
        remove: "FILE_REMOVED",
        "remove a line": "FILE_CHANGED",
        add: "FILE_ADDED",
      };
      expect(codes).toEqual(isSame ? [] : [expected[how]]);
    }
  });

  it.each(["first", "middle", "last"])("finds that the %s list was removed", async (which) => {
    const world = await tenMinutes();
    const lists = [...world.objects.keys()].filter((name) => name.startsWith("minutes/")).sort();
    const place = { first: 0, middle: 5, last: lists.length - 1 }[which] ?? 0;
    world.objects.delete(lists[place] ?? "");
    if (which === "last") await world.pass(20 * minuteMs);
    expect(await codesOf(world)).toContain(which === "last" ? "NOT_SIGNED_SINCE" : "BROKEN_CHAIN");
  });

  it("finds a list that says less, whether it is signed by another key or not at all", async () => {
    for (const sign of [signedBy(other.privateKey), async () => "AAAA"]) {
      const world = await tenMinutes();
      const name = [...world.objects.keys()].filter((one) => one.startsWith("minutes/")).sort()[4] ?? "";
      const list = manifestIn(world.objects.get(name) ?? "");
      const manifest = JSON.stringify({ ...list?.says, files: [] });
      world.objects.set(name, signedText({ manifest, signature: await sign(manifest) }));
      expect(await codesOf(world)).toEqual(["NOT_SIGNED", "BROKEN_CHAIN", "FILE_ADDED"]);
    }
    const world = await tenMinutes();
    expect((await world.verify(other.publicKey)).faults.filter(({ code }) => code === "NOT_SIGNED")).toHaveLength(10);
  });

  it("finds an entry that was changed in the table or taken from it after it was recorded", async () => {
    const world = await tenMinutes();
    await world.arrive(lineOf(3, { how: "changed", entry: "{}" }), lineOf(4, { how: "removed" }));
    await world.arrive(lineOf(5, { entry: '{"other":1}' }));
    for (let n = 0; n < 3; n++) await world.minute();
    expect((await codesOf(world)).sort()).toEqual(["ENTRY_CHANGED", "ENTRY_CHANGED", "ENTRY_REMOVED"]);
  });

  it("finds a change of a job that was never recorded, by the number of a later one", async () => {
    const world = deployment();
    let n = 0;
    const changed = (numbers: number[], more: object = { target: "job_1" }) => {
      const entry = JSON.stringify({ at: world.clock.now(), action: "job.cancel", ...more, numbers });
      return world.arrive(lineOf(++n, { entry }));
    };
    await changed([1]);
    await changed([3]);
    await changed([4, 7], { target: "my-product", jobs: ["job_1", "job_2"] });
    // The record begins later than the jobs, and one that is made again under its id counts anew.
    await changed([9], { target: "job_2" });
    await changed([1], { target: "job_1" });
    for (let minute = 0; minute < 12; minute++) await world.minute();
    // What comes after it may be on its way.
    await changed([6]);
    for (let minute = 0; minute < 4; minute++) await world.minute();
    const missing = (name: string, lost: number, next: number) => ({
      ...{ code: "ENTRY_MISSING", name },
      detail: `Its change ${lost} by a caller was not recorded, and change ${next} was.`,
    });
    const old = [missing("job_1", 2, 3), missing("job_2", 8, 9)];
    expect((await world.verify()).faults).toEqual(old);
    for (let minute = 0; minute < 10; minute++) await world.minute();
    expect((await world.verify()).faults).toEqual([...old.slice(0, 1), missing("job_1", 5, 6), ...old.slice(1)]);
  });

  it("takes a batch that is delivered again, and one that comes hours late, for what they are", async () => {
    const world = await tenMinutes();
    await world.arrive(lineOf(0), lineOf(1));
    await world.pass(3 * 60 * minuteMs);
    await world.arrive(lineOf(0), lineOf(1), lineOf(50));
    for (let n = 0; n < 3; n++) await world.minute();
    expect(await world.verify()).toMatchObject({ entries: 21, waiting: 0, faults: [] });
  });

  it("goes on where it was after the signer has stood still for two days, an hour a list", async () => {
    const world = await tenMinutes();
    await world.arrive(lineOf(70));
    await world.pass(48 * 60 * minuteMs);
    expect(await codesOf(world)).toEqual(["NOT_SIGNED_SINCE"]);
    await world.arrive(lineOf(71));
    await world.minute();
    await world.minute();
    await world.minute();
    expect(await world.verify()).toMatchObject({ entries: 22, waiting: 0, faults: [] });
    const lists = [...world.objects.keys()].filter((name) => name.startsWith("minutes/"));
    expect(lists.length).toBeLessThan(11 + 48 + 5);
  });

  it("signs an hour with thousands of files within the time of a run, in their order", async () => {
    const world = deployment();
    for (let n = 0; n < 3600; n++) {
      if (n % 60 === 0 && n > 0) await world.pass(minuteMs);
      await world.arrive(lineOf(n));
    }
    await world.pass(4 * minuteMs);
    // A read of S3 takes some 25 ms.
    let ms = 0;
    let underWay = 0;
    const { get } = world.files;
    world.files.get = async (name) => {
      if (underWay++ === 0) ms += 25;
      await Promise.resolve();
      underWay--;
      return get(name);
    };
    await world.sign();
    expect(ms).toBeLessThan(30_000);
    expect(await world.verify()).toMatchObject({ files: 3600, faults: [] });
  });

  it("is the same if two runs sign at once, or one dies before it has stored what it signed", async () => {
    const world = deployment();
    await world.arrive(lineOf(1));
    await world.pass(5 * minuteMs);
    await expect(world.sign(() => Promise.reject(new Error("KMS is down")))).rejects.toThrow("KMS is down");
    await Promise.all([world.sign(), world.sign()]);
    expect(await world.verify()).toMatchObject({ lists: 1, entries: 1, waiting: 0, faults: [] });
  });

  it("signs a minute only once nothing can arrive in it any more", async () => {
    const world = deployment();
    await world.arrive(lineOf(1));
    await world.pass(minuteMs);
    expect(await world.sign()).toBe(0);
    await world.pass(minuteMs);
    expect(await world.sign()).toBe(0);
    await world.pass(minuteMs);
    expect(await world.sign()).toBe(1);
  });

  it("does not begin anew after a list that it cannot read", async () => {
    const world = await tenMinutes();
    const last =
      [...world.objects.keys()]
        .filter((name) => name.startsWith("minutes/"))
        .sort()
        .at(-1) ?? "";
    world.objects.set(last, "{}\n");
    await world.pass(minuteMs);
    await expect(world.sign()).rejects.toThrow("is no list of files");
  });

  it("says so if there are files and nobody signs", async () => {
    const world = deployment();
    await world.arrive(lineOf(1));
    expect(await codesOf(world)).toEqual(["NOT_SIGNED_SINCE"]);
    expect(await deployment().verify()).toEqual({ lists: 0, files: 0, entries: 0, waiting: 0, faults: [] });
  });
});
