import { intakeHandler } from "../aws/lambda/intake-handler.ts";
import { IntakeEnv, readEnv } from "../aws/start/env.ts";
import { startIntake } from "../aws/start/start-intake.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { takeImports } from "./import/take-imports.ts";
import { scheduleDirectCall } from "./schedule-request.ts";
import { takeMessages } from "./take-messages.ts";

export const handler = intakeHandler(
  lazy(() => startIntake(readEnv(IntakeEnv), catalog)),
  { request: scheduleDirectCall, messages: takeMessages, imports: takeImports },
);
