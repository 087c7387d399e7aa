import { consumer } from "../../consumer.ts";
import { execute } from "./execute.ts";

export const handler = consumer("publish", execute);
