export { type FetchHandler, type ServeOptions, serve, toLambda, toNode } from "../../../lambdas/code/serve.ts";
