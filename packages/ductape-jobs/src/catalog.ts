export {
  defineProduct,
  type ProductDefinition,
  type ScheduleDefinition,
} from "../../../lambdas/consumers/types/define-product.ts";
export { type CodeTarget, code, type TypedCode } from "../../../lambdas/core/catalog/code-target.ts";
export { parameter, type Reference, secret } from "../../../lambdas/core/catalog/references.ts";
