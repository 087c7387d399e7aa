import { useEffect } from "preact/hooks";
import { tinykeys } from "tinykeys";
import { keep, makeStore, readKept } from "../api/store.ts";
import { type Shortcut, type ShortcutId, shortcuts } from "./table.ts";

const name = "ductape.letter-keys";

/** Whether single letters do something. Who speaks to a computer, or strikes keys by accident, can turn that off. */
export const letterKeys = makeStore(readKept("local", name) !== "off");

export function chooseLetterKeys(on: boolean): void {
  keep("local", name, on ? null : "off");
  letterKeys.set(on);
}

/** Whether the dialog that lists the shortcuts is open. */
export const helpOpen = makeStore(false);

type Does = (event: KeyboardEvent) => void;

/** What the parts of the page that are shown do; of several the latest one. */
const handlers = new Map<ShortcutId, Does[]>();

/** Whether letters that are typed belong to a field. A box that is ticked takes none. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

/** An editor has keys too, and a question that waits for an answer is answered first. */
const isTaken = (event: KeyboardEvent, { inFields = false }: Pick<Shortcut, "inFields">): boolean =>
  event.defaultPrevented ||
  event.isComposing ||
  document.querySelector("dialog[open]") !== null ||
  (!inFields && (!letterKeys.get() || isTyping(event.target)));

function press(shortcut: Shortcut, event: KeyboardEvent): void {
  const does = handlers.get(shortcut.id)?.at(-1);
  if (!does || isTaken(event, shortcut)) return;
  event.preventDefault();
  does(event);
}

/** Listens to the keys of the table. Returns what ends that. */
export const listenToKeys = (): (() => void) =>
  tinykeys(
    window,
    Object.fromEntries(
      shortcuts.flatMap((shortcut) =>
        shortcut.bound.map((keys) => [keys, (event: KeyboardEvent) => press(shortcut, event)]),
      ),
    ),
    // A sequence that begins in a field is none. Keys that are held repeat, for rows.
    { ignore: (event) => isTaken(event, { inFields: event.ctrlKey || event.metaKey }) },
  );

/** What keys do while a part of the page is shown. */
export function useShortcuts(does: Partial<Record<ShortcutId, Does>>): void {
  useEffect(() => {
    const own = Object.entries(does) as [ShortcutId, Does][];
    for (const [id, one] of own) handlers.set(id, [...(handlers.get(id) ?? []), one]);
    return () => {
      for (const [id, one] of own)
        handlers.set(
          id,
          (handlers.get(id) ?? []).filter((other) => other !== one),
        );
    };
  });
}
