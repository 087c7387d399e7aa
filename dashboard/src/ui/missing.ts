import { NotFoundError } from "../../../sdk/src/errors.ts";

/** Whether the API is of a version that lacks a route: what would show its answer hides itself. */
export const isMissing = (error: unknown): boolean =>
  error instanceof NotFoundError && error.code === "ROUTE_NOT_FOUND";
