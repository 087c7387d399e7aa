import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { App, Duration, Stack } from "aws-cdk-lib/core";
import { acknowledge } from "../../infra/grants/acknowledge.ts";
import { allow, grant } from "../../infra/grants/capability.ts";
import { addJobs } from "../../infra/jobs-app.ts";
import { products } from "../../products/index.ts";
import { teams } from "./in-aws.ts";

/** The app of infra/app.ts, a stack of the team's own with a function to call, and the emulator's extra needs. */
const app = new App();
const { service, kept, working } = addJobs(app, products);

// The emulator applies schedule policies as if every schedule were in the group `default`, whatever group a request names.
const { partition, region, account } = service;
const misplaced = `arn:${partition}:scheduler:${region}:${account}:schedule/default/job_*`;
const actions = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule"];
// It also requires a separate permission for batches where AWS requires the one for single messages.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
const batches = ["sqs:SendMessageBatch", "sqs:ChangeMessageVisibilityBatch"];
const queues = `arn:${partition}:sqs:${region}:${account}:ductape-jobs-*`;
for (const node of service.node.findAll()) {
  if (node instanceof Role) grant(node, allow(batches, [queues], "The emulator's notion of batches."));
  if (node instanceof Role) grant(node, allow(actions, [misplaced], "The emulator's notion of where a schedule is."));
}

// It supports alarms on one metric only, not on metric expressions.
for (const overMany of ["jobs-late", "jobs-unscheduled", "limits-wait", "messages-fail", "set-aside", "api-slow"])
  working.node.findChild("Alarms").node.tryRemoveChild(overMany);

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
