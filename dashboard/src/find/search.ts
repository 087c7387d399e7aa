import type { FoundJob } from "../../../sdk/src/index.ts";
import { ductape } from "../api/client.ts";
import { session } from "../api/session.ts";
import { makeStore } from "../api/store.ts";
import { scopeOf } from "./words.ts";

const perPage = 20;

/** What the box shows. It is kept in memory only: the text may be a sealed value. */
export interface Search {
  text: string;
  /** Where to look, as `scopeText` writes it. */
  scope: string;
  /** Whether only jobs that have failed are looked for. */
  failed: boolean;
  busy: boolean;
  /** What was answered. Absent until then, and once the text is another one. */
  answer?: Answer;
  error?: unknown;
}

interface Answer {
  /** The text that was looked for. */
  text: string;
  found: FoundJob[];
  next?: string;
  /** How many jobs were looked at, where few of them match. */
  examined: number;
  /** How far back that was, in epoch milliseconds. */
  lookedBackTo?: number;
}

const nothing: Search = { text: "", scope: "", failed: false, busy: false };

export const search = makeStore<Search>(nothing);
let underWay = new AbortController();

const change = (changes: Partial<Search>) => search.set({ ...search.get(), ...changes });

/** Takes back what was asked. Its answer would be to another question. */
function forget(): void {
  underWay.abort();
  underWay = new AbortController();
}

/** Whoever has another key begins anew. */
session.subscribe(() => {
  forget();
  search.set(nothing);
});

/** Changes the question. What was found by the one before is no answer to it. */
export function edit(changes: Partial<Pick<Search, "text" | "scope" | "failed">>): void {
  forget();
  const { text, scope, failed } = search.get();
  search.set({ text, scope, failed, busy: false, ...changes });
}

/** Asks for the first page, or with a cursor for the next one. */
export async function ask(cursor?: string): Promise<void> {
  const { text: typed, scope, failed, answer: before } = search.get();
  const text = typed.trim();
  if (text === "") return;
  forget();
  const { signal } = underWay;
  const { error: _, ...asking } = search.get();
  search.set({ ...asking, busy: true });
  try {
    const asked = { ...scopeOf(scope), ...(failed && { status: "failed" as const }), limit: perPage };
    const page = await ductape().jobs.find(text, asked, { signal }).page(cursor);
    if (signal.aborted) return;
    const old = cursor === undefined ? undefined : before;
    const { next_cursor: next, examined = 0, looked_back_to } = page;
    const found = [...(old?.found ?? []), ...page.found];
    const answer = {
      ...{ text, found, examined: (old?.examined ?? 0) + examined },
      ...(next !== undefined && { next }),
      ...(looked_back_to !== undefined && { lookedBackTo: looked_back_to }),
    };
    change({ busy: false, answer });
  } catch (error) {
    if (!signal.aborted) change({ busy: false, error });
  }
}
