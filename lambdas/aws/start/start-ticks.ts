import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Ticks } from "../../core/ports/ticks.ts";
import { sqsTicks } from "../sqs/ticks.ts";

/** The adapter of the pump's queue, loaded with the first tick that is sent. */
export const startTicks = (to: { client: SQSClient; url: string }): Ticks => sqsTicks(to);
