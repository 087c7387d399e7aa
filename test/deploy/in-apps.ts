import { SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { AccountRootPrincipal, Role } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { App, CfnOutput, NestedStack, Stack } from "aws-cdk-lib/core";
import { DuctapeJobs } from "../../infra/ductape-jobs.ts";
import { grantMore } from "./emulator.ts";

/** Apps of teams: two deployments in one stack, with the team's key and network; one in a nested stack; one beside other stacks. */
const app = new App();
// The emulator refuses alarms on metric expressions.
const usual = { catalog: "test/deploy/in-apps-catalog.ts", alarms: false, dashboard: false } as const;

const base = new Stack(app, "Base");
const subnetConfiguration = [{ name: "Private", subnetType: SubnetType.PRIVATE_ISOLATED }];
// The emulator has no client of EC2 for the function that the CDK would restrict the default group with.
const vpc = new Vpc(base, "Vpc", {
  maxAzs: 1,
  natGateways: 0,
  subnetConfiguration,
  restrictDefaultSecurityGroup: false,
});
const key = new Key(base, "Key");

const team = new Stack(app, "Team");
const pair = [
  new DuctapeJobs(team, "MyJobs", { ...usual, kmsKey: key, vpc }),
  new DuctapeJobs(team, "My-Jobs", { ...usual, vpc }),
];

const parent = new Stack(app, "Parent");
const nested = new DuctapeJobs(new NestedStack(parent, "Nested"), "Jobs", usual);
new CfnOutput(parent, "ApiUrl", { value: nested.url });
new CfnOutput(parent, "ApiKeySecret", { value: nested.apiKey.secretArn });

const stateStack = new Stack(app, "Survives");
const apart = new DuctapeJobs(new Stack(app, "Apart"), "Jobs", { ...usual, stateStack });
const other = new Stack(app, "Other");
const heard = new Queue(other, "Heard");
apart.grantSchedule(new Role(other, "Checkout", { assumedBy: new AccountRootPrincipal() }));
apart.grantSchedule(new Role(stateStack, "Beside", { assumedBy: new AccountRootPrincipal() }));
apart.addEventRule("Completed", { scope: other, detailTypes: ["job.completed"], targets: [new SqsQueue(heard)] });
new CfnOutput(other, "HeardUrl", { value: heard.queueUrl });

for (const jobs of [...pair, nested, apart]) grantMore(jobs);
