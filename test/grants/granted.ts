import { type Call, queueIn } from "./calls.ts";

/** As IAM compares with StringLike and resources. */
const isLike = (pattern: string, text: string): boolean => {
  const plain = pattern.replace(/[\\^$.+()|[\]{}]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
};

/** Whether a line of grants, as `privilegesByEntry` writes it, allows a call. */
export function allows(line: string, { action, on, key }: Call): boolean {
  const [, service, actions = "", resource = "", conditions = ""] =
    /^([\w-]+):(\S+) (\S+)(?: if (.*))?$/.exec(line) ?? [];
  const [of, name = ""] = action.split(":");
  if (service !== of || !actions.split(",").includes(name)) return false;
  if (of === "sqs" || of === "iam") return queueIn(resource) === on;
  if (!isLike(resource, on)) return false;
  const [, keys] = /^key = (.*?)(?: and attributes.*)?$/.exec(conditions) ?? [];
  return keys === undefined || key === undefined || keys.split(", ").some((pattern) => isLike(pattern, key));
}

/** The calls that no line of a role allows: in AWS they are refused. */
export const refusedOf = (lines: readonly string[], calls: readonly Call[]): Call[] =>
  calls.filter((call) => !lines.some((line) => allows(line, call)));
