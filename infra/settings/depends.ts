type Given = Readonly<Record<string, unknown>>;

/** What settings require of each other. Each rule returns the setting that is wrong and the fault. */
const rules: ((given: Given) => [setting: string, fault: string] | undefined)[] = [
  (given) => needs(given, "domainName", "certificateArn"),
  (given) => needs(given, "certificateArn", "domainName"),
  ({ dashboard, auth }) =>
    dashboard === true && auth === "iam"
      ? ["dashboard", 'needs jobs:auth=key: a browser cannot sign requests as "iam" requires']
      : undefined,
  ({ signIn, auth }) =>
    signIn !== undefined && auth === "iam" ? ["signIn", "needs jobs:auth=key: signing in makes a key"] : undefined,
  ({ alarms, alarmEmail }) =>
    alarms === false && alarmEmail !== undefined
      ? ["alarmEmail", "needs jobs:alarms: there are none to send"]
      : undefined,
  (given) => needs(given, "otlpSecret", "otlpEndpoint"),
  (given) => needs(given, "vpcId", "subnetIds"),
  (given) => needs(given, "securityGroupIds", "subnetIds"),
  ({ subnetIds, vpcId, securityGroupIds }) =>
    subnetIds !== undefined && vpcId === undefined && securityGroupIds === undefined
      ? ["subnetIds", "needs jobs:securityGroupIds, or jobs:vpcId to have a security group made there"]
      : undefined,
];

const needs = (given: Given, one: string, other: string): [string, string] | undefined =>
  given[one] !== undefined && given[other] === undefined ? [one, `needs jobs:${other} too`] : undefined;

/** Reports every rule that is broken, whatever else is wrong with the settings. */
export function checkDependencies(
  given: Given,
  context: { addIssue(issue: { path: string[]; message: string; code: "custom" }): void },
): void {
  for (const rule of rules) {
    const broken = rule(given);
    if (broken) context.addIssue({ code: "custom", path: [broken[0]], message: broken[1] });
  }
}
