import type { ComponentChildren } from "preact";

const words: Record<string, string> = { not_started: "not started" };

/** A status in its colour and in words: colour alone would not reach everyone. */
export const StatusBadge = ({ status }: { status: string }) => (
  <span class={`status status-${status}`}>
    <span class="status-dot" aria-hidden="true" />
    {words[status] ?? status}
  </span>
);

/** A short fact, such as a type or a label. */
export const Tag = ({
  children,
  tone = "plain",
}: {
  children: ComponentChildren;
  tone?: "plain" | "bad" | "warn" | "good";
}) => <span class={`tag tag-${tone}`}>{children}</span>;
