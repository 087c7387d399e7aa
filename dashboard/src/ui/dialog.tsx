import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button.tsx";
import { ErrorBanner } from "./error-banner.tsx";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons at its foot. */
  footer?: ComponentChildren;
  wide?: boolean;
}

/** A modal dialog: the browser keeps the focus in it, gives it back afterwards, and closes it on Escape. */
export function Dialog({ title, onClose, children, footer, wide = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const name = useId();
  const isShown = useRef(false);
  useEffect(() => {
    const dialog = element.current;
    isShown.current = true;
    if (!dialog?.open) dialog?.showModal();
    return () => {
      isShown.current = false;
      dialog?.close();
    };
  }, []);
  // The browser tells of an end that came from the page too, and later, when another dialog may be open in its place.
  const closed = () => isShown.current && onClose();
  return (
    <dialog ref={element} class={`dialog ${wide ? "dialog-wide" : ""}`} aria-labelledby={name} onClose={closed}>
      <header class="dialog-head">
        <h2 id={name}>{title}</h2>
        <Button tone="quiet" icon="close" aria-label="Close" onClick={onClose} />
      </header>
      <div class="dialog-body">{children}</div>
      {footer !== undefined && <footer class="dialog-foot">{footer}</footer>}
    </dialog>
  );
}

/** A product and env; without an env, all of the product. */
interface Place {
  product_tag: string;
  env?: string | undefined;
}

interface ConfirmProps {
  title: string;
  /** Where the change is made. Products have events of the same name, so every question names its own. */
  of: Place | readonly Place[] | "this machine";
  /** What happens, with the count where it is more than one. */
  children: ComponentChildren;
  /** The word on the button: what it does, not "OK". */
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** `my-product prd`; of several, each once. */
function placesIn(of: ConfirmProps["of"]): string {
  if (of === "this machine") return of;
  const names = [of].flat().map(({ product_tag, env }) => `${product_tag} ${env ?? "(every env)"}`);
  return [...new Set(names)].join(", ");
}

/** Asks before a change. It stays open with the error where the change fails. */
export const Confirm = (props: ConfirmProps) => (
  <Dialog
    title={props.title}
    onClose={props.onClose}
    footer={
      <>
        <Button onClick={props.onClose}>Keep as it is</Button>
        <Button
          tone={props.danger ? "danger" : "primary"}
          busy={props.busy ?? false}
          disabled={props.disabled ?? false}
          onClick={props.onConfirm}
        >
          {props.confirm}
        </Button>
      </>
    }
  >
    <p class="dialog-of">
      In <strong>{placesIn(props.of)}</strong>
    </p>
    {props.children}
    <ErrorBanner error={props.error} />
  </Dialog>
);
