/** What a key can do. `go-to` is followed by the letter of a page. */
export type ShortcutId =
  | "go-to"
  | "find"
  | "find-anywhere"
  | "help"
  | "next-row"
  | "previous-row"
  | "select-row"
  | "open-row";

export interface Shortcut {
  id: ShortcutId;
  /** As tinykeys writes them; none where the browser does it by itself. */
  bound: readonly string[];
  /** The keys for people, of which the first or the second may be pressed. */
  shown: readonly string[];
  does: string;
  where: "everywhere" | "in a list of jobs" | "to a page";
  /** It works while one types in a field, too. */
  inFields?: boolean;
}

/** The letters that follow `g`, by the paths of their pages. */
export const pageLetters: Readonly<Record<string, string>> = {
  "/": "o",
  "/jobs": "j",
  "/series": "s",
  "/operations": "p",
  "/approvals": "a",
  "/new": "n",
  "/incidents": "i",
  "/errors": "e",
  "/forecast": "f",
  "/deliveries": "d",
  "/limits": "l",
  "/audit": "u",
  "/catalog": "c",
  "/keys": "k",
  "/outbox": "b",
  "/clock": "t",
};

/**
 * All shortcuts, for the keyboard and for the dialog that lists them. The one of two keys is first and is one pattern: of several, those
 * that were not completed would wait for the next key, and `g j` followed by `k` would go to another page.
 */
export const shortcuts: readonly Shortcut[] = [
  {
    id: "go-to",
    bound: [`g ([${Object.values(pageLetters).join("")}])`],
    shown: ["g", "a letter"],
    does: "Go to a page",
    where: "to a page",
  },
  { id: "find", bound: ["[Shift]+/"], shown: ["/"], does: "Find a job", where: "everywhere" },
  {
    id: "find-anywhere",
    bound: ["Control+k", "Meta+k"],
    shown: ["Ctrl+K", "Cmd+K"],
    does: "Find a job, also from within a field",
    where: "everywhere",
    inFields: true,
  },
  { id: "help", bound: ["[Shift]+?"], shown: ["?"], does: "Show these shortcuts", where: "everywhere" },
  { id: "next-row", bound: ["j"], shown: ["j"], does: "Next job", where: "in a list of jobs" },
  { id: "previous-row", bound: ["k"], shown: ["k"], does: "Previous job", where: "in a list of jobs" },
  { id: "open-row", bound: [], shown: ["Enter"], does: "Open the job", where: "in a list of jobs" },
  { id: "select-row", bound: ["x"], shown: ["x"], does: "Select the job, or no longer", where: "in a list of jobs" },
];

/** The path of the page that a letter leads to. */
export const pathOf = (letter: string): string | undefined =>
  Object.entries(pageLetters).find(([, one]) => one === letter.toLowerCase())?.[0];
