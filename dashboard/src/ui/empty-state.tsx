import type { ComponentChildren } from "preact";

interface Props {
  title: string;
  /** What to do about it. */
  children?: ComponentChildren;
}

/** Says that there is nothing, why, and what would be here. */
export const EmptyState = ({ title, children }: Props) => (
  <div class="empty">
    <svg class="empty-mark" viewBox="0 0 48 48" width="40" height="40" aria-hidden="true">
      <circle cx="24" cy="24" r="15" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="3 4" />
      <circle cx="24" cy="24" r="5" fill="none" stroke="currentColor" stroke-width="1.5" />
    </svg>
    <p class="empty-title">{title}</p>
    {children !== undefined && <div class="empty-text">{children}</div>}
  </div>
);
