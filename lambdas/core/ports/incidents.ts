import type { Tenant } from "../access/tenants.ts";
import type { Incident, IncidentChanges, IncidentName, IncidentSubject, RunCounts } from "../job/incident.ts";
import type { Spending } from "../job/spending.ts";
import type { Counted } from "./stats-store.ts";

/** One failure of an incident. */
export interface Occurrence extends Counted {
  /** When it happened, epoch milliseconds. */
  at: number;
  event?: string;
  job_id?: string;
}

/** Failures of one incident. */
export interface Occurrences extends IncidentName {
  subject: IncidentSubject;
  /** At least one. */
  entries: readonly Occurrence[];
}

/** An incident that the reconciler looks after. */
export interface Watched extends IncidentName {
  /** The opening for which it is watched. */
  opening: number;
  /** Since when, epoch milliseconds. */
  at: number;
  /** It needs nobody's attention: it is ignored, or was known. A round of the reconciler notes it. */
  quiet?: true;
}

/** The runs that an alert of a rate counts. */
export interface RateName {
  product: string;
  env: string;
  alert: string;
}

/** A run that has ended. */
export interface EndedRun extends Counted {
  failed: boolean;
}

/** What goes wrong, one item each, with one small item more for each that is open. */
export interface Incidents {
  /**
   * Counts failures, each once however often it is added, and returns the incident with them. Undefined: there is none yet, and with
   * `mustExist` none is made.
   */
  add(occurrences: Occurrences, how: { mustExist: boolean }): Promise<Incident | undefined>;
  /** Reads consistently. */
  get(name: IncidentName): Promise<Incident | undefined>;
  /** Changes an incident that has its version still; `unlessCounted`: and its count. Returns the changed one. */
  change(
    before: Incident,
    changes: IncidentChanges,
    how?: { unlessCounted?: boolean | undefined },
  ): Promise<Incident | "lost">;
  /** Counts runs that ended in one slot of time, each once, until some time after `until`. `slot` and `until` are epoch milliseconds. */
  countRuns(rate: RateName, slot: { slot: number; until: number }, runs: readonly EndedRun[]): Promise<void>;
  /** How many runs have ended in the slots from one on. Reads consistently. */
  runs(rate: RateName, fromSlot: number): Promise<RunCounts>;
  /** What the jobs of a tenant with a budget have used this month, and until when that is counted. Reads consistently. */
  spending(tenant: Tenant): Promise<Spending | undefined>;
  /** Replaces it, unless it was counted further since. */
  spend(tenant: Tenant, before: Spending | undefined, after: Spending): Promise<"spent" | "lost">;
  /** A page of the incidents of a tenant, in the order of their ids. */
  page(tenant: Tenant, query: { limit: number; after?: string | undefined }): Promise<Incident[]>;

  /** Notes that an opening is watched, unless a later one is. */
  watch(watched: Watched): Promise<void>;
  /** All that are watched, of these tenants or of all, at most `most`. Reads consistently. */
  watched(query?: { tenant?: Tenant; most?: number }): Promise<Watched[]>;
  /** Replaces what is noted of an opening, unless another one is watched by now. */
  renote(watched: Watched): Promise<void>;
  /** Ends that, unless a later opening is watched by now. */
  unwatch(watched: Watched): Promise<void>;

  /** Since when tenants have alerts, epoch milliseconds, by `<product>#<env>`. */
  begun(): Promise<ReadonlyMap<string, number>>;
  /** Notes that a tenant has alerts since then, unless it had them before. */
  begin(tenant: Tenant, at: number): Promise<void>;
}
