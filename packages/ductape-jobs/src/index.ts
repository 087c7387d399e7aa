export { version } from "../../../lambdas/core/kernel/version.ts";
export { type Local, type LocalOptions, startLocal } from "../../../local/runtime/start.ts";
