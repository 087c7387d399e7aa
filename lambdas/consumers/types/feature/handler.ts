import { consumer } from "../../engine/consumer.ts";
import { execute } from "./execute.ts";

export const handler = consumer("feature", execute, { wakeUps: true });
