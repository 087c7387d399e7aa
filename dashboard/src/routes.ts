import { type ComponentType, lazy } from "preact/compat";

export interface Page {
  path: string;
  /** The page's name in the navigation and the window's title. */
  name: string;
  /** The group of the navigation; none for a page that others lead to. */
  group?: "work" | "insight" | "set-up" | "local";
  /** Shown only where the local system has it. */
  needs?: "outbox" | "clock";
  component: ComponentType;
}

// One file per page, loaded when it is first opened.
const Overview = lazy(() => import("./pages/overview/overview.tsx").then((m) => ({ default: m.Overview })));
const Jobs = lazy(() => import("./pages/jobs/jobs.tsx").then((m) => ({ default: m.Jobs })));
const JobPage = lazy(() => import("./pages/job/job.tsx").then((m) => ({ default: m.JobPage })));
const Series = lazy(() => import("./pages/series/series.tsx").then((m) => ({ default: m.SeriesList })));
const NewJob = lazy(() => import("./pages/new-job/new-job.tsx").then((m) => ({ default: m.NewJob })));
const Errors = lazy(() => import("./pages/errors/errors.tsx").then((m) => ({ default: m.Errors })));
const LimitsAndPauses = lazy(() => import("./pages/limits/limits.tsx").then((m) => ({ default: m.LimitsAndPauses })));
const Catalog = lazy(() => import("./pages/catalog/catalog.tsx").then((m) => ({ default: m.Catalog })));
const Keys = lazy(() => import("./pages/keys/keys.tsx").then((m) => ({ default: m.Keys })));
const Outbox = lazy(() => import("./pages/outbox/outbox.tsx").then((m) => ({ default: m.Outbox })));
const Clock = lazy(() => import("./pages/clock/clock.tsx").then((m) => ({ default: m.Clock })));

/** In the order of the navigation. */
export const pages: Page[] = [
  { path: "/", name: "Overview", group: "work", component: Overview },
  { path: "/jobs", name: "Jobs", group: "work", component: Jobs },
  { path: "/jobs/:id", name: "Job", component: JobPage },
  { path: "/series", name: "Series", group: "work", component: Series },
  { path: "/new", name: "New job", group: "work", component: NewJob },
  { path: "/errors", name: "Errors", group: "insight", component: Errors },
  { path: "/limits", name: "Limits and pauses", group: "insight", component: LimitsAndPauses },
  { path: "/catalog", name: "Catalog", group: "set-up", component: Catalog },
  { path: "/keys", name: "Keys and webhooks", group: "set-up", component: Keys },
  { path: "/outbox", name: "Outbox", group: "local", needs: "outbox", component: Outbox },
  { path: "/clock", name: "Clock", group: "local", needs: "clock", component: Clock },
];
