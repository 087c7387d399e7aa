import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

/** A button that unfolds something below it. It closes on Escape, on a click elsewhere and once an item is chosen. */
export function Menu({
  label,
  icon,
  children,
}: {
  label: ComponentChildren;
  icon?: IconName;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const isWithin = ({ target }: Event, within: string) =>
      target instanceof Element && element.current?.contains(target) === true && target.closest(within) !== null;
    const close = (event: Event) => {
      const menu = element.current;
      if (!menu?.open) return;
      const isKey = event instanceof KeyboardEvent;
      const isChosen = event.type === "click" && isWithin(event, ".menu-item");
      if (isKey ? event.key !== "Escape" : !isChosen && isWithin(event, ".menu")) return;
      menu.open = false;
      // What an item opens gives the focus back to where it was, and an item is out of sight then.
      if (isKey || isChosen) menu.querySelector("summary")?.focus();
    };
    addEventListener("pointerdown", close);
    addEventListener("click", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("pointerdown", close);
      removeEventListener("click", close);
      removeEventListener("keydown", close);
    };
  }, []);
  return (
    <details ref={element} class="menu">
      <summary class="button button-plain">
        {icon && <Icon name={icon} />}
        {label}
        <Icon name="down" />
      </summary>
      <div class="menu-body">{children}</div>
    </details>
  );
}
