import { useCallback, useEffect, useState } from "preact/hooks";

export interface Selection {
  ids: ReadonlySet<string>;
  has(id: string): boolean;
  /** The same function at each drawing, so that rows need not be drawn anew. */
  toggle(id: string): void;
  set(ids: readonly string[]): void;
}

/** The rows that a person has ticked. Another list begins with none. */
export function useSelection(of: string): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  // Another filter shows other jobs.
  useEffect(() => setIds(new Set()), [of]);
  const toggle = useCallback((id: string) => setIds((before) => toggledIn(before, id)), []);
  return { ids, has: (id) => ids.has(id), set: (next) => setIds(new Set(next)), toggle };
}

function toggledIn(before: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(id)) next.add(id);
  return next;
}
