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
  IJobProcessorInput,
  INotificationRequest,
  IPushNotification,
  ISmsNotification,
  IStorageRequest,
  Query,
  Repeat,
  RetryConfig,
  Scalar,
  TemplateInput,
  Time,
} from "./input.ts";
export type {
  Job,
  JobAttempt,
  JobErrorCode,
  JobFailure,
  JobReceipt,
  JobRepeat,
  JobStatus,
  JobStep,
  JobType,
} from "./job.ts";
export type { GetJobOptions, Jobs } from "./jobs.ts";
export type { DispatchOptions, JobProcessor, ScheduleOptions } from "./processor.ts";
