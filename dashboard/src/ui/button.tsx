import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

interface Props extends Omit<JSX.IntrinsicElements["button"], "icon" | "size"> {
  icon?: IconName;
  tone?: "plain" | "primary" | "danger" | "quiet";
  children?: ComponentChildren;
  busy?: boolean;
}

/** A button. One that shows an icon only needs an `aria-label`. */
export function Button({ icon, tone = "plain", busy = false, children, disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      class={`button button-${tone} ${children === undefined ? "button-icon" : ""}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
