import { makeStore } from "../api/store.ts";

interface Toast {
  id: number;
  text: string;
  tone: "ok" | "bad";
}

const shownMs = 5_000;
const most = 3;
let next = 1;

export const toasts = makeStore<Toast[]>([]);

/** Says for a few seconds what has happened; screen readers read it out. */
export function toast(text: string, tone: Toast["tone"] = "ok"): void {
  const made = { id: next++, text, tone };
  toasts.set([...toasts.get().slice(1 - most), made]);
  setTimeout(() => dismiss(made.id), shownMs);
}

export const dismiss = (id: number): void => toasts.set(toasts.get().filter((one) => one.id !== id));
