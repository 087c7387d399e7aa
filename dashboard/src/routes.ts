import type { ComponentType } from "preact";
import { lazyPage } from "./lazy-page.ts";

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

const Overview = lazyPage(() => import("./pages/overview/overview.tsx").then((m) => m.Overview));
const Jobs = lazyPage(() => import("./pages/jobs/jobs.tsx").then((m) => m.Jobs));
const JobPage = lazyPage(() => import("./pages/job/job.tsx").then((m) => m.JobPage));
const Compare = lazyPage(() => import("./pages/compare/compare.tsx").then((m) => m.Compare));
const Series = lazyPage(() => import("./pages/series/series.tsx").then((m) => m.SeriesList));
const Operations = lazyPage(() => import("./pages/operations/operations.tsx").then((m) => m.Operations));
const OperationPage = lazyPage(() => import("./pages/operations/operation.tsx").then((m) => m.OperationPage));
const NewJob = lazyPage(() => import("./pages/new-job/new-job.tsx").then((m) => m.NewJob));
const Incidents = lazyPage(() => import("./pages/incidents/incidents.tsx").then((m) => m.Incidents));
const IncidentPage = lazyPage(() => import("./pages/incidents/incident.tsx").then((m) => m.IncidentPage));
const Errors = lazyPage(() => import("./pages/errors/errors.tsx").then((m) => m.Errors));
const Deliveries = lazyPage(() => import("./pages/deliveries/deliveries.tsx").then((m) => m.Deliveries));
const ReceivedPage = lazyPage(() => import("./pages/deliveries/received-page.tsx").then((m) => m.ReceivedPage));
const SentPage = lazyPage(() => import("./pages/deliveries/sent-page.tsx").then((m) => m.SentPage));
const Approvals = lazyPage(() => import("./pages/approvals/approvals.tsx").then((m) => m.Approvals));
const ForecastPage = lazyPage(() => import("./pages/forecast/forecast.tsx").then((m) => m.ForecastPage));
const LimitsAndPauses = lazyPage(() => import("./pages/limits/limits.tsx").then((m) => m.LimitsAndPauses));
const Audit = lazyPage(() => import("./pages/audit/audit.tsx").then((m) => m.Audit));
const Catalog = lazyPage(() => import("./pages/catalog/catalog.tsx").then((m) => m.Catalog));
const Keys = lazyPage(() => import("./pages/keys/keys.tsx").then((m) => m.Keys));
const Outbox = lazyPage(() => import("./pages/outbox/outbox.tsx").then((m) => m.Outbox));
const Clock = lazyPage(() => import("./pages/clock/clock.tsx").then((m) => m.Clock));

/** In the order of the navigation. */
export const pages: Page[] = [
  { path: "/", name: "Overview", group: "work", component: Overview },
  { path: "/jobs", name: "Jobs", group: "work", component: Jobs },
  { path: "/jobs/:id", name: "Job", component: JobPage },
  { path: "/compare", name: "Compare", component: Compare },
  { path: "/series", name: "Series", group: "work", component: Series },
  { path: "/operations", name: "Operations", group: "work", component: Operations },
  { path: "/operations/:id", name: "Operation", component: OperationPage },
  { path: "/approvals", name: "Approvals", group: "work", component: Approvals },
  { path: "/new", name: "New job", group: "work", component: NewJob },
  { path: "/incidents", name: "Incidents", group: "insight", component: Incidents },
  { path: "/incidents/:id", name: "Incident", component: IncidentPage },
  { path: "/errors", name: "Errors", group: "insight", component: Errors },
  { path: "/forecast", name: "Forecast", group: "insight", component: ForecastPage },
  { path: "/deliveries", name: "Deliveries", group: "insight", component: Deliveries },
  { path: "/deliveries/received/:hook/:id", name: "Delivery", component: ReceivedPage },
  { path: "/deliveries/sent/:webhook/:id", name: "Delivery", component: SentPage },
  { path: "/limits", name: "Limits and pauses", group: "insight", component: LimitsAndPauses },
  { path: "/audit", name: "Audit", group: "insight", component: Audit },
  { path: "/catalog", name: "Catalog", group: "set-up", component: Catalog },
  { path: "/keys", name: "Keys and webhooks", group: "set-up", component: Keys },
  { path: "/outbox", name: "Outbox", group: "local", needs: "outbox", component: Outbox },
  { path: "/clock", name: "Clock", group: "local", needs: "clock", component: Clock },
];
