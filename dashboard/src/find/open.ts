import { makeStore } from "../api/store.ts";

/** Whether the box is open. It may be opened from every page. */
export const finderOpen = makeStore(false);

/** Whether letters that are typed belong to a field. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `/` outside of fields, and Ctrl+K or Cmd+K everywhere. */
export function isShortcut({ key, target, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (key.toLowerCase() === "k") return (ctrlKey || metaKey) && !altKey && !shiftKey;
  return key === "/" && !ctrlKey && !metaKey && !altKey && !isTyping(target);
}
