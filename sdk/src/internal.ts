/**
 * `ductape-sdk/internal` is what the command line shares with the client. It is not for applications: it may change in any release.
 */
export { clockAhead } from "./clock.ts";
export { isFinished } from "./is-finished.ts";
export { millisecondsUntilDue, waitUntilFinished } from "./wait.ts";
