import type { JobFilter, JobQuery, JobStatus, JobType } from "../../../../sdk/src/index.ts";
import { listOf } from "../../url-state.ts";

/** The fields of the list in its address. Sorted by `-time`, the latest is first. */
export const listDefaults = {
  product: "",
  env: "",
  status: "",
  type: "",
  event: "",
  label: "",
  recurring: "",
  from: "",
  to: "",
  sort: "-time",
  cols: "",
};
export type ListFields = typeof listDefaults;

const filterNames = ["product", "env", "status", "type", "event", "label", "recurring", "from", "to"] as const;

export const isFiltered = (fields: ListFields): boolean => filterNames.some((name) => fields[name] !== "");

export const noFilter: Partial<ListFields> = Object.fromEntries(filterNames.map((name) => [name, ""]));

/** What the address selects, as the SDK takes it. Only fields with a value are there. */
export function filterOf(fields: ListFields): Partial<JobFilter> {
  const { product, env, event, label, recurring, from, to } = fields;
  const status = listOf(fields.status) as JobStatus[];
  const type = listOf(fields.type) as JobType[];
  return {
    ...(product && { product_tag: product }),
    ...(env && { env }),
    ...(event && { event }),
    ...(label && { label }),
    ...(status.length > 0 && { status }),
    ...(type.length > 0 && { type }),
    ...((recurring === "true" || recurring === "false") && { recurring: recurring === "true" }),
    ...(timeOf(from) !== undefined && { from: timeOf(from) }),
    ...(timeOf(to) !== undefined && { to: timeOf(to) }),
  };
}

/** A time in the address: epoch milliseconds, or what `datetime-local` writes, in the viewer's zone. */
export function timeOf(text: string): number | undefined {
  if (text === "") return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

export const pageSize = 100;

export function queryOf(fields: ListFields): JobQuery {
  return { ...filterOf(fields), order: fields.sort === "time" ? "asc" : "desc", limit: pageSize } as JobQuery;
}
