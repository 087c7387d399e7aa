import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Whether the last that a person did was a press of a key. */
let byKeyboard = false;
addEventListener(
  "keydown",
  () => {
    byKeyboard = true;
  },
  true,
);
addEventListener(
  "pointerdown",
  () => {
    byKeyboard = false;
  },
  true,
);

/** Focuses the heading of a page once it is drawn, unless a person has gone on before. Returns what gives that up. */
function focusHeading(main: HTMLElement): () => void {
  const take = () => {
    const heading = main.querySelector("h1");
    heading?.focus({ preventScroll: true });
    return heading !== null;
  };
  if (take()) return () => undefined;
  const observer = new MutationObserver(() => take() && stop());
  const stop = () => {
    observer.disconnect();
    removeEventListener("keydown", stop, true);
    removeEventListener("pointerdown", stop, true);
  };
  observer.observe(main, { childList: true, subtree: true });
  addEventListener("keydown", stop, true);
  addEventListener("pointerdown", stop, true);
  return stop;
}

/**
 * After a change of the page by the keyboard the focus is on its heading: screen readers say where one is, and Tab goes on from there
 * and not from the top of the navigation.
 */
export function useHeadingFocus(main: RefObject<HTMLElement | null>, path: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const opened = isFirst.current;
    isFirst.current = false;
    if (!opened && byKeyboard && main.current) return focusHeading(main.current);
  }, [path]);
}
