import type { ComponentChildren } from "preact";
import { Plain } from "./plain.tsx";

const words: Record<string, string> = { not_started: "not started", not_undone: "not undone" };

/** A status in its colour and in words: colour alone would not reach everyone. `says` has better words for it, to be seen to. */
export const StatusBadge = ({ status, says }: { status: string; says?: string | undefined }) => (
  <span class={`status status-${says === undefined ? status : "retrying"}`}>
    <span class="status-dot" aria-hidden="true" />
    {says ?? words[status] ?? status}
  </span>
);

/** A short fact, such as a type or a label. */
export const Tag = ({
  children,
  tone = "plain",
}: {
  children: ComponentChildren;
  tone?: "plain" | "bad" | "warn" | "good";
}) => <span class={`tag tag-${tone}`}>{typeof children === "string" ? <Plain text={children} /> : children}</span>;
