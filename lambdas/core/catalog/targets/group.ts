import type { JobErrorCode } from "../../job/job-error.ts";

/**
 * How to find out whether a target works without a job: by an action of it that only reads, or by connecting to `host:port`, for all
 * envs or for each. It is asked when a job comes, at most once per `every`.
 */
export type Healthcheck = ({ action: string } | { tcp: string | Readonly<Record<string, string>> }) & {
  /** Milliseconds, or a text such as "30s". Default: 30 seconds. */
  every?: number | string | undefined;
};

interface MemberReference {
  /** Another entry of the same section. */
  use: string;
  healthcheck?: Healthcheck | undefined;
}

type WeightedReference = MemberReference & {
  /** Its share of the jobs is its weight over the sum of all. 0: only when the others fail. */
  weight: number;
};

interface GroupOptions {
  /**
   * The error codes after which the next target is tried, whatever the failed call may have done already. Default: those that say the
   * provider is unavailable, as long as nothing was done or doing it again does no harm.
   */
  on?: readonly JobErrorCode[] | undefined;
  /** Milliseconds that a target may take before the next one is tried, except the last, which has the rest of the attempt. Default: no limit. */
  timeout_ms?: number | undefined;
}

/** An entry of a section that stands for others of the section: in order, or each with a share of the jobs. */
export type TargetGroup =
  | (GroupOptions & { fallback: readonly (string | MemberReference)[] })
  | (GroupOptions & { quota: readonly WeightedReference[] });

export interface Member {
  /** The name of its entry. */
  name: string;
  target: unknown;
  /** Absent in a list in order. */
  weight?: number | undefined;
  healthcheck?: Healthcheck | undefined;
}

/** A group with what its members are. */
export interface Group extends GroupOptions {
  section: string;
  members: readonly Member[];
}

/** No target has a field of either name. */
export const isGroup = (entry: unknown): entry is TargetGroup =>
  typeof entry === "object" && entry !== null && (Object.hasOwn(entry, "fallback") || Object.hasOwn(entry, "quota"));

/** The members in the order of the catalog. What is no reference is left out, so that a catalog of a wrong form is checked further. */
export function memberReferencesOf(group: TargetGroup): (MemberReference & { weight?: number })[] {
  const written: unknown = Object.hasOwn(group, "quota") ? Reflect.get(group, "quota") : Reflect.get(group, "fallback");
  return (Array.isArray(written) ? (written as unknown[]) : []).flatMap((one) => {
    const reference = typeof one === "string" ? { use: one } : (one as Partial<MemberReference> | null);
    return typeof reference?.use === "string" ? [reference as MemberReference] : [];
  });
}

/** The entries of a section that are no groups. */
export const targetsAlone = (entries: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).filter(([, entry]) => !isGroup(entry)));

/** The group of this name in a section; undefined for any other entry. */
export function groupOf(section: string, entries: Record<string, unknown>, name: string): Group | undefined {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (!isGroup(entry)) return undefined;
  const { on, timeout_ms } = entry;
  return { section, on, timeout_ms, members: membersOf(entries, name) };
}

/** The targets that may run an event which names this entry: those of a group, or the entry itself. Empty if there is none. */
export function membersOf(entries: Record<string, unknown>, name: string): Member[] {
  if (!Object.hasOwn(entries, name)) return [];
  const entry = entries[name];
  if (!isGroup(entry)) return [{ name, target: entry }];
  return memberReferencesOf(entry).flatMap(({ use, weight, healthcheck }) =>
    Object.hasOwn(entries, use) && !isGroup(entries[use])
      ? [{ name: use, target: entries[use], weight, healthcheck }]
      : [],
  );
}
