import { type KeyObject, verify } from "node:crypto";
import * as z from "zod";
import {
  linesOf,
  type Manifest,
  manifestIn,
  minutesFolder,
  recordsFolder,
  sha256,
  timeOfName,
} from "../access/audit-record.ts";
import { minuteMs } from "../job/due-time.ts";
import { parsedJson } from "../kernel/parsed-json.ts";
import type { RecordFiles } from "../ports/audit-record.ts";

/** What can be wrong with the record of an audit. */
type RecordFaultCode =
  /** A list that is none, or that was not signed with this key. */
  | "NOT_SIGNED"
  /** A list does not follow the one before it: one was removed, or another was put in its place. */
  | "BROKEN_CHAIN"
  /** A file that was signed is not there. */
  | "FILE_REMOVED"
  /** A file has other bytes than those that were signed. */
  | "FILE_CHANGED"
  /** A file of a minute that was signed without it. */
  | "FILE_ADDED"
  /** A line of a file cannot be read. */
  | "UNREADABLE"
  /** An entry was changed in the table after it was recorded. */
  | "ENTRY_CHANGED"
  /** An entry was removed from the table before its time. */
  | "ENTRY_REMOVED"
  /** A change of a job was not recorded, although a later one was. */
  | "ENTRY_MISSING"
  /** Nothing was signed for a while until now. */
  | "NOT_SIGNED_SINCE";

export interface RecordFault {
  code: RecordFaultCode;
  /** The object, or the id of the entry. */
  name: string;
  detail: string;
}

export interface Verified {
  lists: number;
  files: number;
  entries: number;
  /** Files that no list covers yet: they arrived in the last minutes. */
  waiting: number;
  /** The time that the lists cover, epoch milliseconds. */
  from?: number;
  to?: number;
  faults: RecordFault[];
}

/** How long after its end a minute is signed at the latest, where all is well. */
const latestMs = 10 * minuteMs;

interface Verifying {
  files: Pick<RecordFiles, "get" | "names">;
  /** The public key of the deployment: P-256. */
  key: KeyObject;
  now: number;
  onFault?: (fault: RecordFault) => void;
}

/**
 * Looks whether the record is whole: each list is signed and follows the one before it, each file is the one that was signed, there is no
 * other, no entry was recorded in two ways, and none is missing between two others of a job.
 */
export async function verifyAudit({ files, key, now, onFault }: Verifying): Promise<Verified> {
  const faults: RecordFault[] = [];
  const found = (code: RecordFaultCode, name: string, detail: string) => {
    const fault = { code, name, detail };
    faults.push(fault);
    onFault?.(fault);
  };
  const entries = new Map<string, string>();
  const changes: NumberedChanges = new Map();
  const lists = await listsOf(files, key, found);
  let checked = 0;
  for (const { files: signed } of lists) {
    for (const file of signed) {
      checked++;
      const text = await files.get(file.name);
      if (text === undefined) found("FILE_REMOVED", file.name, "It was signed, and is not there.");
      else if (sha256(text) !== file.sha256) found("FILE_CHANGED", file.name, "It has other bytes than those signed.");
      else checkLines(text, file.name, { entries, changes, found });
    }
  }
  const from = lists[0]?.from;
  const to = lists.at(-1)?.to;
  if (to !== undefined) noteMissingEntries(changes, to - latestMs, found);
  const waiting = await countUnsigned(files, lists, found);
  if (to !== undefined && now - to > latestMs)
    found("NOT_SIGNED_SINCE", minutesFolder, `The last list ends at ${new Date(to).toISOString()}.`);
  if (to === undefined && waiting > 0) found("NOT_SIGNED_SINCE", minutesFolder, "There are files, and no list.");
  return {
    ...{ lists: lists.length, files: checked, entries: entries.size, waiting },
    ...(from !== undefined && to !== undefined && { from, to }),
    faults,
  };
}

type Found = (code: RecordFaultCode, name: string, detail: string) => void;

async function listsOf(files: Verifying["files"], key: KeyObject, found: Found): Promise<Manifest[]> {
  const lists: Manifest[] = [];
  let before: { says: Manifest; hash: string } | undefined;
  for await (const name of files.names(minutesFolder, { from: minutesFolder })) {
    const list = manifestIn((await files.get(name)) ?? "");
    if (!list) {
      found("NOT_SIGNED", name, "It is no signed list of files.");
      continue;
    }
    const { manifest, signature, says } = list;
    if (!verify("sha256", Buffer.from(manifest), key, Buffer.from(signature, "base64"))) {
      found("NOT_SIGNED", name, "Its signature is not one of this key.");
      continue;
    }
    if (says.previous !== (before?.hash ?? null))
      found("BROKEN_CHAIN", name, "The list before it is not the one that it names.");
    else if (before && says.from !== before.says.to)
      found(
        "BROKEN_CHAIN",
        name,
        `It begins at ${new Date(says.from).toISOString()}, and the one before ends earlier.`,
      );
    if (timeOfName(name) !== says.from) found("BROKEN_CHAIN", name, "Its name is not that of its first minute.");
    lists.push(says);
    before = { says, hash: sha256(manifest) };
  }
  return lists;
}

/** The changes of each job that were recorded: their numbers, and when they were made. */
type NumberedChanges = Map<string, { number: number; at: number }[]>;

/** What a line says of the changes of jobs. */
const Numbered = z.object({
  at: z.int(),
  target: z.string(),
  jobs: z.array(z.string()).optional(),
  numbers: z.array(z.int()),
});

function noteNumbers(entry: string, changes: NumberedChanges): void {
  const { data } = Numbered.safeParse(parsedJson(entry));
  if (!data) return;
  const { at, target, jobs = [target], numbers } = data;
  for (const [i, job] of jobs.entries()) {
    const number = numbers[i];
    if (number === undefined) continue;
    const known = changes.get(job);
    if (known) known.push({ number, at });
    else changes.set(job, [{ number, at }]);
  }
}

/** Gaps among the changes of a job. What comes after one has to be older than `until`: the entry may be on its way. */
function noteMissingEntries(changes: NumberedChanges, until: number, found: Found): void {
  for (const [job, all] of changes) {
    const old = all.filter(({ at }) => at <= until).map(({ number }) => number);
    const sorted = [...new Set(old)].sort((a, b) => a - b);
    for (const [i, number] of sorted.entries()) {
      const before = sorted[i - 1] ?? number - 1;
      for (let lost = before + 1; lost < number; lost++)
        found("ENTRY_MISSING", job, `Its change ${lost} by a caller was not recorded, and change ${number} was.`);
    }
  }
}

interface Checking {
  entries: Map<string, string>;
  changes: NumberedChanges;
  found: Found;
}

function checkLines(text: string, name: string, { entries, changes, found }: Checking): void {
  for (const line of linesOf(text)) {
    if (!line) {
      found("UNREADABLE", name, "One of its lines is no record.");
      continue;
    }
    const { how, id, entry } = line;
    // A batch that was delivered again is recorded again, with the same bytes. A part of the hash keeps a million entries small.
    const hash = sha256(entry).slice(0, 32);
    const known = entries.get(id);
    entries.set(id, known ?? hash);
    if (known === undefined) noteNumbers(entry, changes);
    if (how === "removed") found("ENTRY_REMOVED", id, `Recorded in ${name}.`);
    else if (how === "changed" || (known !== undefined && known !== hash))
      found("ENTRY_CHANGED", id, `Recorded in ${name}.`);
  }
}

/** Files of minutes that were signed without them. Returns how many there are of later minutes. */
async function countUnsigned(files: Verifying["files"], lists: readonly Manifest[], found: Found): Promise<number> {
  const signed = new Set(lists.flatMap((list) => list.files.map(({ name }) => name)));
  const to = lists.at(-1)?.to ?? 0;
  let waiting = 0;
  for await (const name of files.names(recordsFolder, { from: recordsFolder })) {
    if (signed.has(name)) continue;
    const at = timeOfName(name);
    if (at !== undefined && at >= to) waiting++;
    else found("FILE_ADDED", name, "The list of its minute was signed without it.");
  }
  return waiting;
}
