export {
  type CodeFunction,
  defineFunction,
  type FunctionContext,
  type FunctionLog,
} from "../../../lambdas/code/define-function.ts";
export type { DuctapeContext, DuctapeStepOptions } from "../../../lambdas/code/ductape/context.ts";
export {
  type DuctapeFeature,
  type DuctapeFeatureDefinition,
  features,
  workflows,
} from "../../../lambdas/code/ductape/define.ts";
export { NotHereError } from "../../../lambdas/code/ductape/not-here.ts";
export type {
  Approved,
  ApproveOptions,
  Duration,
  FeatureContext,
  Received,
  RunOptions,
  Signals,
  StepContext,
  StepOptions,
  TimedOut,
  Undo,
  WaitOptions,
  Won,
} from "../../../lambdas/code/feature/context.ts";
export {
  type CodeFeature,
  defineFeature,
  type RollbackStrategy,
} from "../../../lambdas/code/feature/define-feature.ts";
export { CancelledError, RollbackError, StepError } from "../../../lambdas/code/feature/step-errors.ts";
