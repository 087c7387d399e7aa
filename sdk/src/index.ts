export type * from "./answers.ts";
export type { ApprovalPages, ApprovalQuery, Approvals } from "./approvals.ts";
export type { AuditPages, AuditQuery, AuditTrail } from "./audit.ts";
export type { BatchOutcome } from "./batch.ts";
export type { BulkResult } from "./bulk.ts";
export type { Cache, CacheTag } from "./cache.ts";
export type { AnyTenant, Catalog, FeatureFields, FieldTypes, JobInput, TypedAction } from "./catalog.ts";
export type * from "./catalog-results.ts";
// biome-ignore lint/style/noDefaultExport: Ductape's documentation imports the class as the default export
export { createDuctape, Ductape, Ductape as default, ductape } from "./client.ts";
export type { DuctapeOptions } from "./config.ts";
export type { DefinitionQuery, Definitions } from "./definitions.ts";
export type {
  ActionDispatch,
  ActionRunner,
  ChannelSend,
  ChannelSender,
  DatabaseDispatch,
  DatabaseExecute,
  DatabaseRunner,
  Dispatcher,
  DispatchFields,
  FeatureDispatch,
  FeatureExecute,
  FeatureRunner,
  FileStore,
  Namespaces,
  NotificationDispatch,
  Notifier,
  ProcessorNamespaces,
  PublishDispatch,
  Publisher,
  Run,
  SentByChannel,
  SentOn,
  StorageDispatch,
  Uploaded,
} from "./ductape.ts";
export type { DuctapeRetryConfig, DuctapeSchedule, RetryCode } from "./ductape-input.ts";
export type * from "./ductape-job.ts";
export type { ErrorGroups, ErrorPages, ErrorQuery } from "./error-groups.ts";
export {
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  DuctapeError,
  type Fault,
  InvalidRequestError,
  JobCancelledError,
  JobFailedError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  TimeoutError,
  UnavailableError,
} from "./errors.ts";
export type * from "./feature-runs.ts";
export type { DuctapeStats, JobExecution, JobHistory } from "./history.ts";
export type {
  HookDeliveryName,
  HookDeliveryPages,
  HookDeliveryQuery,
  HookName,
  HookQuery,
  Hooks,
  ReplayOptions,
} from "./hooks.ts";
export type { IncidentName, IncidentPages, IncidentQuery, Incidents } from "./incidents.ts";
export type * from "./input-values.ts";
export type * from "./jobs.ts";
export type { LimitName, LimitQuery, Limits } from "./limits.ts";
export type {
  NotChangedPages,
  OperationPages,
  OperationQuery,
  OperationRequest,
  Operations,
} from "./operations.ts";
export type { FoundPages, JobPages, RunPages, SeriesPages } from "./pages.ts";
export type { PauseQuery, PauseRequest, Pauses } from "./pauses.ts";
export type { DispatchOptions, JobProcessor, ScheduleAny, ScheduleKnown, ScheduleOptions } from "./processor.ts";
export type {
  CostsQuery,
  FindQuery,
  ForecastQuery,
  JobFilter,
  JobQuery,
  Rescheduling,
  RunQuery,
  SeriesQuery,
  StatsQuery,
  UpcomingQuery,
} from "./query.ts";
export type { IFileReadResult } from "./read-file.ts";
export type { RequestMethod, RequestOptions, SendRequest } from "./request.ts";
export type * from "./requests.ts";
export type * from "./results.ts";
export type { SignalRequest, Signals } from "./signals.ts";
export type * from "./time.ts";
export type {
  WebhookDeliveryName,
  WebhookDeliveryPages,
  WebhookDeliveryQuery,
  WebhookName,
  WebhookQuery,
  Webhooks,
} from "./webhooks.ts";
