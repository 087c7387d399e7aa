import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

/** A button that unfolds something below it. It closes on Escape and on a click elsewhere. */
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
    const close = (event: Event) => {
      const menu = element.current;
      if (!menu?.open) return;
      const isKey = event instanceof KeyboardEvent;
      if (isKey ? event.key !== "Escape" : menu.contains(event.target as Node)) return;
      menu.open = false;
      if (isKey) menu.querySelector("summary")?.focus();
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("pointerdown", close);
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
