import { ofAlerts } from "./alerts.ts";
import { ofApprovals } from "./approvals.ts";
import { changes } from "./changes.ts";
import { claims } from "./claims.ts";
import { ofCode } from "./code.ts";
import { definitions } from "./definitions.ts";
import { dispatching } from "./dispatch.ts";
import { features } from "./features.ts";
import { hotMinutes } from "./hot-minutes.ts";
import { lifecycle } from "./lifecycle.ts";
import { limits } from "./limits.ts";
import { lines } from "./lines.ts";
import type { Mutation } from "./mutation.ts";
import { pauses } from "./pauses.ts";
import { remembered } from "./remembered.ts";
import { schedules } from "./schedules.ts";
import { series } from "./series.ts";
import { sessions } from "./sessions.ts";
import { sharing } from "./sharing.ts";
import { fallbacks } from "./targets.ts";
import { time } from "./time.ts";
import { ofUndo } from "./undo.ts";

/** The mutations that bring back a bug, and one for each rule of the simulation. */
export const mutations: Mutation[] = [
  ...claims,
  ...time,
  ...dispatching,
  ...hotMinutes,
  ...changes,
  ...series,
  ...schedules,
  ...features,
  ...definitions,
  ...ofCode,
  ...ofApprovals,
  ...ofAlerts,
  ...ofUndo,
  ...lifecycle,
  ...limits,
  ...lines,
  ...pauses,
  ...sharing,
  ...fallbacks,
  ...remembered,
  ...sessions,
];
