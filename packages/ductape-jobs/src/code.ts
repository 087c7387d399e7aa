export {
  type CodeFunction,
  defineFunction,
  type FunctionContext,
  type FunctionLog,
} from "../../../lambdas/code/define-function.ts";
