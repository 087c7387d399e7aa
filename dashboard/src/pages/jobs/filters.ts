import type { JobFilter, JobQuery, JobStatus, JobType } from "../../../../sdk/src/index.ts";
import { isKnownTime } from "../../ui/zone.ts";
import { localOf, zonedIso } from "../../ui/zoned-time.ts";
import { listOf } from "../../url-state.ts";

/**
 * The fields of the list in its address. Sorted by `-time`, the latest is first, or the next one of what is to come. Without a `view` and a
 * status, the list is of what has happened.
 */
export const listDefaults = {
  view: "",
  product: "",
  env: "",
  status: "",
  type: "",
  event: "",
  label: "",
  where: "",
  recurring: "",
  retrying: "",
  from: "",
  to: "",
  sort: "-time",
  cols: "",
};
export type ListFields = typeof listDefaults;

const filterNames = [
  "product",
  "env",
  "status",
  "type",
  "event",
  "label",
  "where",
  "recurring",
  "retrying",
  "from",
  "to",
] as const;

export const isFiltered = (fields: ListFields): boolean => filterNames.some((name) => fields[name] !== "");

export const noFilter: Partial<ListFields> = Object.fromEntries(filterNames.map((name) => [name, ""]));

/** Which jobs a list is of, where no status was chosen. */
export const views = {
  activity: { name: "Activity", status: ["queued", "running", "completed", "failed", "cancelled"] },
  upcoming: { name: "Upcoming", status: ["scheduled", "paused"] },
  all: { name: "All", status: [] },
} as const satisfies Record<string, { name: string; status: readonly JobStatus[] }>;
export type ViewId = keyof typeof views;

/** The view of a list, and none where statuses were chosen. What is looked for by a label, say, may be anywhere. */
export function viewOf({ view, status, label, where, retrying, recurring }: ListFields): ViewId | undefined {
  if (status !== "") return undefined;
  if (Object.hasOwn(views, view)) return view as ViewId;
  return [label, where, retrying, recurring].some((field) => field !== "") ? "all" : "activity";
}

const statusOf = (fields: ListFields): readonly JobStatus[] => {
  const view = viewOf(fields);
  return view === undefined ? (listOf(fields.status) as JobStatus[]) : views[view].status;
};

/** What the address selects, as the SDK takes it. Only fields with a value are there. */
export function filterOf(fields: ListFields): Partial<JobFilter> {
  const { product, env, event, label, recurring, retrying, from, to } = fields;
  const status = [...statusOf(fields)];
  const type = listOf(fields.type) as JobType[];
  return {
    ...(product && { product_tag: product }),
    ...(env && { env }),
    ...(event && { event }),
    ...(label && { label }),
    ...(status.length > 0 && { status }),
    ...(type.length > 0 && { type }),
    ...((recurring === "true" || recurring === "false") && { recurring: recurring === "true" }),
    ...(retrying === "true" && { retrying: true }),
    ...(timeOf(from) !== undefined && { from: timeOf(from) }),
    ...(timeOf(to) !== undefined && { to: timeOf(to) }),
  };
}

/** The values that the jobs of the list have, by their fields. The address has them as a query: `order=A-17`. */
export function whereOf({ where }: Pick<ListFields, "where">): Record<string, string> | undefined {
  const values = Object.fromEntries(new URLSearchParams(where));
  return Object.keys(values).length > 0 ? values : undefined;
}

/** What the address says once a value is asked for no longer. */
export function withoutValue({ where }: Pick<ListFields, "where">, field: string): string {
  const values = new URLSearchParams(where);
  values.delete(field);
  return String(values);
}

/**
 * A time in the address, which is the same instant for every reader: epoch milliseconds, as the page writes it, or ISO 8601. A
 * time without an offset is UTC.
 */
export function timeOf(text: string): number | undefined {
  if (text === "") return undefined;
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T");
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(hasOffset ? text : `${text}Z`);
  return isKnownTime(ms) ? ms : undefined;
}

/** What a `datetime-local` field shows of a time in the address, in a zone. */
export function fieldOf(text: string, zone: string): string {
  const at = timeOf(text);
  return at === undefined ? "" : localOf(at, zone);
}

/** The time for the address that a field in a zone means. */
export function addressTimeOf(field: string, zone: string): string {
  const iso = zonedIso(field, zone);
  return iso === undefined ? "" : String(Date.parse(iso));
}

export const pageSize = 100;

export function queryOf(fields: ListFields): JobQuery {
  const where = whereOf(fields);
  // Of what is sorted by the planned time, the rows that come first are loaded first. Jobs with a value are listed in one order only.
  const isUp = ["time", "planned"].includes(fields.sort) || (fields.sort === "-time" && viewOf(fields) === "upcoming");
  const order = isUp && !where ? "asc" : "desc";
  return { ...filterOf(fields), ...(where && { where }), order, limit: pageSize } as JobQuery;
}
