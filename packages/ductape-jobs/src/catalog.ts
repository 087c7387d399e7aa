export {
  defineProduct,
  type ProductDefinition,
  type ScheduleDefinition,
} from "../../../lambdas/consumers/types/define-product.ts";
export { parameter, type Reference, secret } from "../../../lambdas/core/catalog/references.ts";
