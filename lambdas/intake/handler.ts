import { IntakeEnv, readEnv } from "../aws/env.ts";
import { intakeHandler } from "../aws/intake-handler.ts";
import { startIntake } from "../aws/start-intake.ts";
import { catalog } from "../consumers/catalog.ts";
import { once } from "../core/once.ts";
import { takeImports } from "./import/take-imports.ts";
import { scheduleRequest } from "./schedule-request.ts";
import { takeMessages } from "./take-messages.ts";

export const handler = intakeHandler(
  once(() => startIntake(readEnv(IntakeEnv), catalog)),
  { request: scheduleRequest, messages: takeMessages, imports: takeImports },
);
