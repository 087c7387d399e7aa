export {
  type FetchHandler,
  type ServedDefinition,
  type ServeOptions,
  serve,
  toLambda,
  toNode,
} from "../../../lambdas/code/serve.ts";
