/** The entry of a catalog's section; of a fallback or quota, the entries that it stands for. */
export type Entry<P, Section extends string, Name> = P extends { readonly [S in Section]: infer Entries }
  ? Name extends keyof Entries
    ? Entries[Name] extends { readonly fallback: readonly (infer M)[] } | { readonly quota: readonly (infer M)[] }
      ? EntryOfMember<Entries, M>
      : Entries[Name]
    : unknown
  : unknown;

/** Distributes over the members, so the result is that of any of them. */
type EntryOfMember<Entries, M> = M extends { readonly use: infer Name extends keyof Entries }
  ? Entries[Name]
  : M extends keyof Entries
    ? Entries[M]
    : unknown;
