import type { Group } from "./items.ts";

const paths: Record<Exclude<Group, "sent">, string> = {
  email: "M2.500 4h11v8.500h-11zM2.500 4.500 8 9l5.500-4.500",
  push: "M8 2.500a3.500 3.500 0 0 0-3.500 3.500v3L3 11.500h10L11.500 9V6A3.500 3.500 0 0 0 8 2.500M6.700 13.500h2.600",
  sms: "M2.500 3.500h11v7.500H7l-3 2.500V11H2.500z",
  call: "M3 8h10M9.500 4.500 13 8l-3.500 3.500",
  published: "M3 13V9.500h3L8 13l2-10 1.500 6.500H13",
  webhook:
    "M5 11.500a2 2 0 1 1-1-3.700M8 6.500a2 2 0 1 1 1.800-2.800M11 11.500a2 2 0 1 0-1-3.700M5 11.500h6M8 6.500 5 8M8 6.500l3 2",
  event: "M8 2.500v3M8 10.500v3M2.500 8h3M10.500 8h3M8 6.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3",
};

/** The kind of an item as a sign; its name is beside it. */
export const Glyph = ({ group }: { group: Exclude<Group, "sent"> }) => (
  <svg class={`glyph glyph-${group}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path
      d={paths[group]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
