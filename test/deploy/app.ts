import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { App, Duration, Stack } from "aws-cdk-lib/core";
import { acknowledge } from "../../infra/grants/acknowledge.ts";
import { allow, grant } from "../../infra/grants/capability.ts";
import { addJobs } from "../../infra/jobs-app.ts";
import { products } from "../../products/index.ts";
import { grantMore, removeExpressions } from "./emulator.ts";
import { teams } from "./in-aws.ts";

/** The app of infra/app.ts, a stack of the team's own with a function to call, and the emulator's extra needs. */
const app = new App();
const { service, kept, working } = addJobs(app, products);

grantMore(service);
removeExpressions(working.node.findChild("Alarms"));

const { partition, region, account } = service;
const team = new Stack(app, "Team");
const waiting = new Role(team, "Waiting", {
  roleName: teams.stateMachineRole,
  assumedBy: new ServicePrincipal("states.amazonaws.com"),
});
const asking = [`arn:${partition}:sqs:${region}:${account}:${teams.requests}`];
waiting.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: asking }));
const doubler = new LambdaFunction(team, "Doubler", {
  functionName: teams.function,
  runtime: Runtime.NODEJS_24_X,
  handler: "index.handler",
  memorySize: 128,
  timeout: Duration.seconds(3),
  role: new Role(team, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") }),
  code: Code.fromInline(`exports.handler = async ({ n }) => {
    if (typeof n !== "number") throw new RangeError("not a number: " + n);
    return { doubled: 2 * n };
  };`),
});
acknowledge(doubler, {
  "Serverless-LambdaDLQ": "It is invoked synchronously: whoever calls it hears of its failure.",
  "Serverless-LambdaTracing": "It stands for a function of somebody else's.",
});

// A state machine of the team, and the permissions that it needs on our resources.
const machine = new Role(team, "Machine", {
  roleName: teams.machineRole,
  assumedBy: new ServicePrincipal("states.amazonaws.com"),
});
const intake = `arn:${partition}:lambda:${region}:${account}:function:ductape-jobs-*`;
grant(machine, allow(["lambda:InvokeFunction"], [intake], "Named by the outputs of the deployment."));
grant(machine, allow(["sqs:SendMessage"], [kept.intake.queue.queueArn]));
