import {
  firstNameOf,
  type Manifest,
  manifestIn,
  minuteNameOf,
  minutesFolder,
  recordsFolder,
  sha256,
  signedText,
  timeOfName,
} from "../access/audit-record.ts";
import { minuteMs, minuteOf } from "../job/due-time.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { RecordFiles, Signer } from "../ports/audit-record.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

/** How long after the end of a minute it is signed: longer than the function may take that puts files. */
const lagMs = 120_000;
/** One list covers an hour at most, so that what was left for a day needs no endless one. */
const longestMs = 60 * minuteMs;
/** How far back the last list is looked for: it is a minute old, unless nothing was signed for a while. */
const lookBackMs = [10 * minuteMs, 24 * 60 * minuteMs, 60 * 24 * 60 * minuteMs, Number.POSITIVE_INFINITY];

/** How many files are read at a time: after an hour without the signer there may be thousands, and one run has to sign them. */
const atOnce = 16;

interface Signing {
  files: RecordFiles;
  sign: Signer;
  clock: Clock;
  log: Log;
}

/**
 * Signs which files have arrived since the last list, up to two minutes ago. It needs no state but the bucket: if it dies, the next run does
 * the same, and of two at once one has signed. Returns how many lists it has signed.
 */
export async function signMinutes({ files, sign, clock, log }: Signing): Promise<number> {
  const until = minuteOf(clock.now() - lagMs);
  let last = await lastManifest(files, until);
  for (let signed = 0; ; signed++) {
    const from = last?.says.to ?? (await firstMinute(files)) ?? until - minuteMs;
    if (from >= until) return signed;
    const to = Math.min(until, from + longestMs);
    const manifest: Manifest = {
      v: 1,
      from,
      to,
      files: await filesIn(files, { from, to }),
      previous: last ? sha256(last.manifest) : null,
    };
    const text = canonicalJson(manifest);
    const next = { manifest: text, signature: await sign(text) };
    if ((await files.put(minuteNameOf(from), signedText(next))) === "exists") {
      log.warn("a minute of the audit was signed by another run", { from });
      return signed;
    }
    last = { ...next, says: manifest };
  }
}

async function lastManifest(files: RecordFiles, until: number) {
  for (const back of lookBackMs) {
    const from = firstNameOf(minutesFolder, Math.max(0, until - back));
    let last: string | undefined;
    for await (const name of files.names(minutesFolder, { from })) last = name;
    if (last === undefined) continue;
    const found = manifestIn((await files.get(last)) ?? "");
    // A chain that begins anew would look broken. A version that reads the list goes on from it.
    if (!found) throw new Error(`${last} in the record of the audit is no list of files.`);
    return found;
  }
  return undefined;
}

/** The minute in which the first file arrived. */
async function firstMinute(files: RecordFiles): Promise<number | undefined> {
  for await (const name of files.names(recordsFolder, { from: recordsFolder })) return timeOfName(name);
  return undefined;
}

async function filesIn(files: RecordFiles, { from, to }: { from: number; to: number }): Promise<Manifest["files"]> {
  const range = { from: firstNameOf(recordsFolder, from), to: firstNameOf(recordsFolder, to) };
  const names: string[] = [];
  for await (const name of files.names(recordsFolder, range)) names.push(name);
  const found = await inParallel(atOnce, names, async (name) => {
    const text = await files.get(name);
    return text === undefined ? [] : [{ name, sha256: sha256(text) }];
  });
  return found.flat();
}
