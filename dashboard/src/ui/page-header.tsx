import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface Props {
  title: string;
  /** One sentence below the title, or what the page is about. */
  children?: ComponentChildren;
  /** Buttons and selects at the right. */
  actions?: ComponentChildren;
}

/** The head of a page. It names the window too. */
export function PageHeader({ title, children, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · Ductape Jobs`;
  }, [title]);
  return (
    <header class="page-header">
      <div class="page-header-text">
        <h1 tabIndex={-1}>{title}</h1>
        {children !== undefined && <div class="page-header-note">{children}</div>}
      </div>
      {actions !== undefined && <div class="page-header-actions">{actions}</div>}
    </header>
  );
}
