export type {
  Active,
  AttemptWindow,
  BulkError,
  BulkResult,
  CostEstimate,
  ExplainedGate,
  Explanation,
  FireTime,
  JobRoute,
  Percentiles,
  Stats,
  Upcoming,
} from "./answers.ts";
export type { BatchOutcome } from "./batch.ts";
export type { Cache, CacheTag } from "./cache.ts";
export type { AnyTenant, Catalog, EventInput, FeatureFields, FieldTypes, JobInput, TypedAction } from "./catalog.ts";
export type { JobOf, ResultOf } from "./catalog-results.ts";
// biome-ignore lint/style/noDefaultExport: Ductape's documentation imports the class as the default export
export { createDuctape, Ductape, Ductape as default, ductape } from "./client.ts";
export type { DuctapeOptions } from "./config.ts";
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
export type { DuctapeJob, JobNamespace } from "./ductape-job.ts";
export type { ErrorGroup, ErrorGroups, ErrorPage, ErrorPages, ErrorQuery } from "./error-groups.ts";
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
export type {
  FileContent,
  IActionRequest,
  ICallbackNotification,
  IDbActionRequest,
  IEmailNotification,
  IFunctionRequest,
  INotificationRequest,
  IPublishRequest,
  IPushNotification,
  ISmsNotification,
  IStorageRequest,
  TemplateInput,
} from "./event-input.ts";
export type { DuctapeStats, JobExecution, JobHistory } from "./history.ts";
export type { Query, QueryItem, QueryValue, RequestHeaders, Scalar } from "./http-values.ts";
export type { IJobProcessorInput, JobSession, Repeat, RetryConfig } from "./input.ts";
export type {
  Job,
  JobAttempt,
  JobChannel,
  JobErrorCode,
  JobFailure,
  JobGraphStep,
  JobInputView,
  JobReceipt,
  JobRepeat,
  JobRun,
  JobStatus,
  JobStep,
  JobSummary,
  JobTarget,
  JobType,
} from "./job.ts";
export type {
  CallOptions,
  CancelOptions,
  ChangeOptions,
  GetAny,
  GetJobOptions,
  GetKnown,
  HistoryOptions,
  Jobs,
  RetryOptions,
} from "./jobs.ts";
export type { LimitGate, LimitRate, LimitWait, LineEstimate } from "./limit-gate.ts";
export type { Limit, LimitName, LimitPin, LimitQuery, Limits } from "./limits.ts";
export type { Deployment, JobVerb, Me } from "./me.ts";
export type { JobPage, JobPages, RunPage, RunPages, SeriesPage, SeriesPages } from "./pages.ts";
export type { Pause, PauseReference } from "./pause.ts";
export type { PauseQuery, PauseRequest, Pauses } from "./pauses.ts";
export type { DispatchOptions, JobProcessor, ScheduleAny, ScheduleKnown, ScheduleOptions } from "./processor.ts";
export type { JobFilter, JobQuery, Rescheduling, RunQuery, SeriesQuery, StatsQuery, UpcomingQuery } from "./query.ts";
export type { IFileReadResult } from "./read-file.ts";
export type { RequestMethod, RequestOptions, SendRequest } from "./request.ts";
export type {
  ActionResult,
  DatabaseResult,
  DynamoResults,
  EventResult,
  FeatureResult,
  FunctionResult,
  HttpFunctionResult,
  MongoResults,
  NotificationResult,
  PublishResult,
  ResponseBody,
  SqlChange,
  SqlRows,
  StorageResult,
} from "./results.ts";
export type { LastRun, Series } from "./series.ts";
export type { Debounce, Unique } from "./shared-input.ts";
export type { Time } from "./time.ts";
export type { Webhook, WebhookName, WebhookQuery, Webhooks } from "./webhooks.ts";
