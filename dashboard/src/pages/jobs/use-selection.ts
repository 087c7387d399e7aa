import { useEffect, useState } from "preact/hooks";

export interface Selection {
  ids: ReadonlySet<string>;
  has(id: string): boolean;
  toggle(id: string): void;
  set(ids: readonly string[]): void;
}

/** The rows that a person has ticked. Another list begins with none. */
export function useSelection(of: string): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  // Another filter shows other jobs.
  // The list decides, though it is not read.
  useEffect(() => setIds(new Set()), [of]);
  return {
    ids,
    has: (id) => ids.has(id),
    set: (next) => setIds(new Set(next)),
    toggle: (id) => {
      const next = new Set(ids);
      if (!next.delete(id)) next.add(id);
      setIds(next);
    },
  };
}
