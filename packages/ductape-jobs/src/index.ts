export { version } from "../../../lambdas/core/version.ts";
export { type Local, type LocalOptions, startLocal } from "../../../local/runtime/start.ts";
