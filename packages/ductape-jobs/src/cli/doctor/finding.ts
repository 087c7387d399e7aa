/** What a check has found. `problem` says what to do; `note` is what could not be checked, or what matters to some only. */
export interface Finding {
  check: string;
  state: "ok" | "problem" | "note";
  detail: string;
  /** What to do about it. */
  remedy?: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: "ok", detail });
export const note = (check: string, detail: string, remedy?: string): Finding => ({
  check,
  state: "note",
  detail,
  ...(remedy !== undefined && { remedy }),
});
export const problem = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: "problem",
  detail,
  remedy,
});
