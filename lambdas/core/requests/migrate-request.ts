import * as z from "zod";
import { strict } from "../kernel/schema.ts";

/** By which definition the run of a feature is to go on. */
export const MigrateRequest = strict({
  to: z.literal("current").describe("What the present catalog says of the feature."),
});
