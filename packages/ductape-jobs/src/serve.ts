export { type PortableOptions, servePortable } from "../../../lambdas/code/portable.ts";
export {
  type FetchHandler,
  type ServedDefinition,
  type ServeOptions,
  serve,
  toLambda,
  toNode,
} from "../../../lambdas/code/serve.ts";
