/** Icons on a grid of 16, drawn in the colour of the text. They say nothing by themselves: what they are on has a name. */
const paths = {
  overview: "M2.5 8.5 5.5 5l3 4 2-2.500 3 3M2.500 13.500h11",
  jobs: "M3 4h10M3 8h10M3 12h6",
  series: "M13 8a5 5 0 1 1-1.600-3.700M13 2.500V5h-2.500",
  operations: "M2.500 4h6M2.500 8h6M2.500 12h4M11.500 3v10M9 10.500l2.500 2.500 2.500-2.500",
  approvals: "M2.500 9h3l1 1.500h3L10.500 9h3M2.500 9v4h11V9L11.500 3h-7zM6 5.800l1.400 1.400L10 4.800",
  new: "M8 3.500v9M3.500 8h9",
  incidents:
    "M8 2.500a3.500 3.500 0 0 0-3.500 3.500v3L3 11.500h10L11.500 9V6A3.500 3.500 0 0 0 8 2.500M6.800 13.700h2.400",
  errors: "M8 5v3.500M8 11v.2M8 2.200 14 13H2z",
  deliveries: "M5 2.500v11M5 13.500 2.500 11M5 13.500 7.500 11M11 13.500v-11M11 2.500 8.500 5M11 2.500 13.500 5",
  limits: "M3 13V8M6.300 13V4M9.700 13V6.500M13 13V2.500M2.500 8h11",
  audit: "M4 2.500h5.500L12.500 5.500V13.500H4zM9.500 2.500v3h3M6 8h4.500M6 10.500h4.500",
  catalog: "M2.500 5 8 2.200 13.500 5 8 7.800zM2.500 8 8 10.800 13.500 8M2.500 11 8 13.800 13.500 11",
  keys: "M9.500 6.500a3 3 0 1 0-3 3l1.500-1.500H9.500V9.500H11V11h2.500V9L9.300 7.500",
  outbox:
    "M2.500 9.500h3l1 1.500h3l1-1.500h3M2.500 9.500V13h11V9.500L11.500 6M2.500 9.500 4.500 6M8 8.500V2.500M5.800 4.700 8 2.500l2.200 2.200",
  clock: "M8 4.500V8l2.500 1.500M8 2.200a5.800 5.800 0 1 0 0 11.600A5.800 5.800 0 0 0 8 2.200",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "M5 3.500v9l7-4.500z",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  check: "M3 8.500 6.500 12 13 4.500",
  close: "M4 4l8 8M12 4l-8 8",
  menu: "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
  chevron: "M6 4l4 4-4 4",
  down: "M4 6l4 4 4-4",
  up: "M4 10l4-4 4 4",
  external: "M6.500 3.500h-3v9h9v-3M9 3h4v4M13 3 7.500 8.500",
  refresh: "M13 8a5 5 0 1 1-1.600-3.700M13 2.500V5h-2.500",
  search: "M10.500 10.500 13.500 13.500M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9",
  lock: "M4 7.500h8V13H4zM5.500 7.500V5.500a2.500 2.500 0 0 1 5 0v2",
  columns: "M3 3h10v10H3zM6.300 3v10M9.700 3v10",
  trash: "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.5 8.500h6l.5-8.500M7 7v3.500M9 7v3.500",
  skip: "M4 4v8l5-4zM11.500 4v8",
  sun: "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600M8 1.500v1.400M8 13.100v1.400M1.500 8h1.400M13.100 8h1.400M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500",
  code: "M5.500 4.500 2 8l3.500 3.500M10.500 4.500 14 8l-3.500 3.500",
  signal: "M8 8v5.500M5.600 10.400a3.400 3.400 0 1 1 4.800 0M3.600 12.400a6.200 6.200 0 1 1 8.800 0",
  undo: "M5.500 3 2.500 6l3 3M2.500 6H10a3.500 3.500 0 0 1 0 7H6",
  screen: "M2.500 3.500h11v7.500h-11zM6 13.500h4",
} as const;

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { name: IconName }) => (
  <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path
      d={paths[name]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
