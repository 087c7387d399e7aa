/** The values by which a job is found. Nobody is shown them: an answer says only by which field it has found a job. */
export interface JobSearch {
  /** What the catalog said of the search when they were taken; empty if one of them is still to be taken. */
  rev: string;
  values?: Record<string, string>;
  /** A keyed hash for each value that is kept in no other way. */
  sealed?: Record<string, string>;
}

/** A value that a job has, in the form in which it is looked for. */
export interface SearchValue {
  field: string;
  /** The text, or its hash. */
  value: string;
  sealed: boolean;
}

/** All values by which a job is found. */
export const searchValuesOf = ({ values = {}, sealed = {} }: JobSearch): SearchValue[] => [
  ...Object.entries(values).map(([field, value]) => ({ field, value, sealed: false })),
  ...Object.entries(sealed).map(([field, value]) => ({ field, value, sealed: true })),
];

/** Whether a job has one of the values of a field at present. */
export const isFoundBy = (
  search: JobSearch | undefined,
  { field, values, sealed }: { field: string; values: readonly string[]; sealed: boolean },
): boolean => {
  const known = (sealed ? search?.sealed : search?.values) ?? {};
  return Object.hasOwn(known, field) && values.includes(known[field] ?? "");
};
