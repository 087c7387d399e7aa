import { consumer } from "../../consumer.ts";
import { decisionPolicy } from "./decisions.ts";
import { execute } from "./execute.ts";

export const handler = consumer("feature", execute, decisionPolicy);
