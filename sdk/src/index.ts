export type {
  AttemptWindow,
  BulkError,
  BulkResult,
  CostEstimate,
  Explanation,
  FireTime,
  JobRoute,
  Percentiles,
  Stats,
} from "./answers.ts";
export type { BatchOutcome } from "./batch.ts";
export type { Catalog, EventInput, FeatureFields, FieldTypes, JobInput } from "./catalog.ts";
export { createDuctape, type Ductape, ductape } from "./client.ts";
export type { DuctapeOptions } from "./config.ts";
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
  IActionRequest,
  ICallbackNotification,
  IDbActionRequest,
  IEmailNotification,
  IFunctionRequest,
  INotificationRequest,
  IPushNotification,
  ISmsNotification,
  IStorageRequest,
  Query,
  Scalar,
  TemplateInput,
} from "./event-input.ts";
export type { IJobProcessorInput, Repeat, RetryConfig, Time } from "./input.ts";
export type {
  Job,
  JobAttempt,
  JobChannel,
  JobErrorCode,
  JobFailure,
  JobReceipt,
  JobRepeat,
  JobRun,
  JobStatus,
  JobStep,
  JobSummary,
  JobType,
} from "./job.ts";
export type { CallOptions, CancelOptions, GetJobOptions, Jobs, RetryOptions } from "./jobs.ts";
export type { JobPage, JobPages, RunPage, RunPages } from "./pages.ts";
export type { DispatchOptions, JobProcessor, ScheduleOptions } from "./processor.ts";
export type { JobFilter, JobQuery, Rescheduling, RunQuery, StatsQuery } from "./query.ts";
