import type { Template } from "aws-cdk-lib/assertions";
import { linesOf, type Resource, resourcesOf, roleOf } from "./synth.ts";

/** A resource in short form: `Jobs` for the table wherever it is declared, `secret:shop-??????` for an ARN of this account. */
const short = (resource: string): string =>
  resource
    .replace(/[\w-]+:ExportsOutput(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}(Stream)?(?:Arn|Id)?[0-9A-F]{8}/g, "$1$2")
    .replace(/<(\w+?)[0-9A-F]{8}\.Arn>/g, "$1")
    .replace(/^arn:<AWS::Partition>:/, "")
    .replace(/<AWS::Region>:<AWS::AccountId>:/, "")
    .replace(/schedule\/ductape-jobs-.*\/job/, "schedule/job")
    .replace(/schedule\/ductapejobs[\w-]+\/job/, "schedule-of-before/job")
    .replace("dynamodb:LeadingKeys", "key")
    .replace("if dynamodb:Attributes =", "and attributes =")
    .replace("s3:prefix", "prefix")
    .replaceAll("?".repeat(32), "<id>");

/** What a role may do, one line per resource: `dynamodb:GetItem,PutItem Jobs if key = JOB#*`. */
export function privilegesOf(service: Template, roleId: string): string[] {
  const actions = new Map<string, string[]>();
  for (const line of linesOf(service, roleId)) {
    const [, prefix = "", action = "", on = ""] = /^([\w-]+):(\S+) (.*)$/.exec(line) ?? [];
    const key = `${prefix}: ${short(on)}`;
    actions.set(key, [...(actions.get(key) ?? []), action]);
  }
  return [...actions].map(([key, all]) => key.replace(": ", `:${all.sort().join(",")} `)).sort();
}

const entryOf = (fn: Resource): string => fn.Properties.Environment.Variables.SERVICE_NAME;

/** Every function of a stack by its entry, with what it may do besides writing its own logs and traces. */
export const privilegesByEntry = (service: Template): Record<string, string[]> =>
  Object.fromEntries(
    resourcesOf(service, "AWS::Lambda::Function").map((fn) => {
      const ownLogs = `logs:CreateLogStream,PutLogEvents ${fn.id.replace(/Function[0-9A-F]{8}$/, "Logs")}`;
      // Tracing is a setting (jobs:tracing).
      const { Mode } = fn.Properties.TracingConfig ?? {};
      const usual = [ownLogs, ...(Mode === "Active" ? ["xray:PutTelemetryRecords,PutTraceSegments *"] : [])];
      const all = privilegesOf(service, roleOf(fn));
      if (!usual.every((line) => all.includes(line))) throw new Error(`${entryOf(fn)} cannot log or trace`);
      return [entryOf(fn), all.filter((line) => !usual.includes(line))];
    }),
  );
