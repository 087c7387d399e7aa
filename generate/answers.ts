import { BulkErrorSchema, BulkResultSchema } from "../lambdas/api/schemas/bulk.ts";
import { ActorSchema, ChangedBySchema } from "../lambdas/core/job/actor-schema.ts";
import { ActiveSchema } from "../lambdas/core/queries/schemas/active.ts";
import {
  ApprovalDecisionSchema,
  ApprovalListSchema,
  ApprovalSchema,
} from "../lambdas/core/queries/schemas/approvals.ts";
import { AuditActionSchema, AuditEntrySchema, AuditListSchema } from "../lambdas/core/queries/schemas/audit.ts";
import { CostPartSchema, CostRowSchema, CostsSchema, JobCostSchema } from "../lambdas/core/queries/schemas/costs.ts";
import {
  DefinitionDifferenceSchema,
  DefinitionSchema,
  ListedDefinitionSchema,
} from "../lambdas/core/queries/schemas/definition.ts";
import { ErrorGroupSchema, ErrorListSchema } from "../lambdas/core/queries/schemas/errors.ts";
import * as explanation from "../lambdas/core/queries/schemas/explanation.ts";
import { JobErrorCodeSchema, JobFailureSchema, ThrownSchema } from "../lambdas/core/queries/schemas/failure.ts";
import { FoundJobSchema, FoundJobsSchema } from "../lambdas/core/queries/schemas/find.ts";
import {
  ForecastHourSchema,
  ForecastLimitSchema,
  ForecastLineSchema,
  ForecastSchema,
} from "../lambdas/core/queries/schemas/forecast.ts";
import { HomeSchema, TenantStateSchema } from "../lambdas/core/queries/schemas/home.ts";
import {
  HookDeliveryListSchema,
  HookDeliverySchema,
  ReplaySchema,
} from "../lambdas/core/queries/schemas/hook-deliveries.ts";
import { HookSchema } from "../lambdas/core/queries/schemas/hooks.ts";
import { IncidentListSchema, IncidentSchema, IncidentStateSchema } from "../lambdas/core/queries/schemas/incidents.ts";
import { JobInputSchema } from "../lambdas/core/queries/schemas/input.ts";
import * as job from "../lambdas/core/queries/schemas/job.ts";
import { JobExplanationSchema } from "../lambdas/core/queries/schemas/job-explanation.ts";
import * as limits from "../lambdas/core/queries/schemas/limits.ts";
import { JobListSchema, JobSummarySchema, RunListSchema, RunSchema } from "../lambdas/core/queries/schemas/list.ts";
import { DeploymentSchema, MeSchema, PersonSchema, VerbSchema } from "../lambdas/core/queries/schemas/me.ts";
import { MigrationSchema } from "../lambdas/core/queries/schemas/migration.ts";
import {
  NotChangedListSchema,
  NotChangedSchema,
  OperationListSchema,
  OperationSchema,
  OperationStateSchema,
} from "../lambdas/core/queries/schemas/operations.ts";
import { PauseReferenceSchema, PauseSchema } from "../lambdas/core/queries/schemas/pauses.ts";
import { ChannelSchema, GraphStepSchema, RunWaitSchema, StepSchema } from "../lambdas/core/queries/schemas/progress.ts";
import { LastRunSchema, SeriesListSchema, SeriesSchema } from "../lambdas/core/queries/schemas/series.ts";
import { SignalSentSchema } from "../lambdas/core/queries/schemas/signal.ts";
import { PercentilesSchema, StatsSchema } from "../lambdas/core/queries/schemas/stats.ts";
import { UpcomingSchema } from "../lambdas/core/queries/schemas/upcoming.ts";
import {
  WebhookDeliveryListSchema,
  WebhookDeliverySchema,
} from "../lambdas/core/queries/schemas/webhook-deliveries.ts";
import { WebhookSchema } from "../lambdas/core/queries/schemas/webhooks.ts";
import type { Shape } from "./typescript.ts";

const summaryFields = Object.keys(JobSummarySchema.shape);

/** What the API sends, by the names that it has in the SDK. */
export const answers: Record<string, Shape> = {
  JobType: { schema: job.JobTypeSchema },
  JobStatus: { schema: job.JobStatusSchema },
  JobErrorCode: { schema: JobErrorCodeSchema },
  JobVerb: { schema: VerbSchema },
  JobReceipt: { schema: job.ReceiptSchema },
  JobSummary: { schema: JobSummarySchema, extends: ["DuctapeJob"] },
  Job: { schema: job.JobSchema, extends: ["JobSummary"], omit: summaryFields },
  JobInputView: { schema: JobInputSchema },
  JobRun: { schema: RunSchema },
  Actor: { schema: ActorSchema },
  ChangedBy: { schema: ChangedBySchema },
  JobRepeat: { schema: job.RepeatSchema },
  JobStep: { schema: StepSchema },
  RunWait: { schema: RunWaitSchema },
  JobGraphStep: { schema: GraphStepSchema },
  JobChannel: { schema: ChannelSchema },
  JobAttempt: { schema: job.AttemptSchema },
  ProviderAnswer: { schema: job.AnswerSchema },
  JobTarget: { schema: job.TargetUseSchema },
  JobFailure: { schema: JobFailureSchema },
  JobThrown: { schema: ThrownSchema },
  JobPage: { schema: JobListSchema },
  RunPage: { schema: RunListSchema },
  SeriesPage: { schema: SeriesListSchema },
  Series: { schema: SeriesSchema, extends: ["JobSummary"], omit: summaryFields },
  LastRun: { schema: LastRunSchema },
  FireTime: { schema: explanation.FireTimeSchema },
  Explanation: { schema: explanation.ExplanationSchema },
  JobExplanation: { schema: JobExplanationSchema },
  JobRoute: { schema: explanation.RouteSchema },
  ExplainedGate: { schema: limits.ExplainedGateSchema },
  AttemptWindow: { schema: explanation.AttemptWindowSchema },
  CostEstimate: { schema: explanation.CostSchema },
  JobCost: { schema: JobCostSchema },
  CostPart: { schema: CostPartSchema },
  Costs: { schema: CostsSchema },
  CostRow: { schema: CostRowSchema },
  BulkPage: { schema: BulkResultSchema },
  BulkError: { schema: BulkErrorSchema },
  Stats: { schema: StatsSchema },
  Percentiles: { schema: PercentilesSchema },
  Active: { schema: ActiveSchema },
  Home: { schema: HomeSchema },
  HomeTenant: { schema: TenantStateSchema },
  Upcoming: { schema: UpcomingSchema },
  Forecast: { schema: ForecastSchema },
  ForecastHour: { schema: ForecastHourSchema },
  ForecastLimit: { schema: ForecastLimitSchema },
  ForecastLine: { schema: ForecastLineSchema },
  ErrorGroup: { schema: ErrorGroupSchema },
  ErrorPage: { schema: ErrorListSchema },
  Limit: { schema: limits.LimitSchema },
  LimitGate: { schema: limits.LimitGateSchema },
  LimitRate: { schema: limits.RateSchema },
  LimitWait: { schema: job.LimitWaitSchema },
  LineEstimate: { schema: limits.EstimateSchema },
  Pause: { schema: PauseSchema },
  PauseReference: { schema: PauseReferenceSchema },
  Approval: { schema: ApprovalSchema },
  ApprovalPage: { schema: ApprovalListSchema },
  ApprovalDecision: { schema: ApprovalDecisionSchema },
  IncidentState: { schema: IncidentStateSchema },
  Incident: { schema: IncidentSchema },
  IncidentPage: { schema: IncidentListSchema },
  FoundJob: { schema: FoundJobSchema },
  FoundPage: { schema: FoundJobsSchema },
  AuditAction: { schema: AuditActionSchema },
  AuditEntry: { schema: AuditEntrySchema },
  AuditPage: { schema: AuditListSchema },
  OperationState: { schema: OperationStateSchema },
  Operation: { schema: OperationSchema },
  OperationPage: { schema: OperationListSchema },
  NotChanged: { schema: NotChangedSchema },
  NotChangedPage: { schema: NotChangedListSchema },
  SignalSent: { schema: SignalSentSchema },
  Hook: { schema: HookSchema },
  HookDelivery: { schema: HookDeliverySchema },
  HookDeliveryPage: { schema: HookDeliveryListSchema },
  Replay: { schema: ReplaySchema },
  Webhook: { schema: WebhookSchema },
  WebhookDelivery: { schema: WebhookDeliverySchema },
  WebhookDeliveryPage: { schema: WebhookDeliveryListSchema },
  Migration: { schema: MigrationSchema },
  ListedDefinition: { schema: ListedDefinitionSchema },
  Definition: { schema: DefinitionSchema },
  DefinitionDifference: { schema: DefinitionDifferenceSchema },
  Person: { schema: PersonSchema },
  Me: { schema: MeSchema },
  Deployment: { schema: DeploymentSchema },
};
