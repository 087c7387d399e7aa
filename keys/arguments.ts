import { parseArgs } from "node:util";
import { defined } from "../lambdas/core/kernel/defined.ts";
import type { Where } from "./deployment.ts";
import { KeysError } from "./keys-error.ts";

export const usage = `npm run keys -- create --name <name> --products <a,b> --envs <a,b> --role operator [--expires 90d] [--rate 50]
npm run keys -- list
npm run keys -- revoke <id>

  --name      what the key is for, for people
  --products  the products that it has access to, or '*' for all products
  --envs      the envs that it has access to, or '*' for all envs
  --role      viewer (reads), operator (reads, schedules, changes, sees inputs) or admin (everything)
  --verbs     in place of a role: jobs:read, jobs:write, jobs:input (the inputs of jobs), audit:read (who has changed what), jobs:admin (all of these, and bulk changes)
  --expires   when it expires: 90d or +90d, a time like 2030-01-31T00:00:00Z, or Unix time. Default: never
  --rate      how many requests per second it may send. Default: as many as the stage takes

Options of all three commands, to select the deployment:

  --stage     the deployment with this jobs:stage, found by its stack. Default: prod
  --table     the deployment with this table; no stack is looked for
  --local     the deployment that \`npm start\` runs on this machine (DUCTAPE_DATA, default .ductape)

The AWS account and Region come from the usual settings: AWS_PROFILE, AWS_REGION, ...`;

export type Command =
  | {
      do: "create";
      name: string;
      products: string;
      envs: string;
      role?: string;
      verbs?: string;
      expires?: string;
      rate?: string;
    }
  | { do: "list" }
  | { do: "revoke"; id: string }
  | { do: "help" };

const options = {
  name: { type: "string" },
  products: { type: "string" },
  envs: { type: "string" },
  role: { type: "string" },
  verbs: { type: "string" },
  expires: { type: "string" },
  rate: { type: "string" },
  stage: { type: "string", default: "prod" },
  table: { type: "string" },
  local: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Parses the arguments. Throws a KeysError that contains the usage. */
export function readArguments(args: string[]): { command: Command; where: Where } {
  const { values, positionals } = parsed(args);
  const { stage, table, local } = values;
  if (local && table !== undefined) throw usageError("--local has its own table: leave out --table.");
  return { command: commandOf(values, positionals), where: { stage, table, local } };
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw usageError((error as Error).message);
  }
}

function commandOf(
  { name, products, envs, role, verbs, expires, rate, help }: Values,
  [verb, ...rest]: string[],
): Command {
  if (help) return { do: "help" };
  const [id, ...more] = rest;
  if (verb === "revoke" && id !== undefined && more.length === 0) return { do: "revoke", id };
  if (rest.length > 0) throw usageError(`Unexpected argument "${rest[0]}".`);
  if (verb === "list") return { do: "list" };
  if (verb === "revoke") throw usageError("Name the id of the key to revoke. `npm run keys -- list` shows the ids.");
  if (verb !== "create") throw usageError("Use one of the commands create, list and revoke.");
  if (!name || !products || !envs || (!role && !verbs))
    throw usageError("A key needs --name, --products, --envs, and --role or --verbs.");
  return { do: "create", name, products, envs, ...defined({ role, verbs, expires, rate }) };
}

const usageError = (what: string) => new KeysError(`${what}\n\n${usage}`);
