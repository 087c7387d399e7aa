import { Role } from "aws-cdk-lib/aws-iam";
import { App } from "aws-cdk-lib/core";
import { allow, grant } from "../../infra/capability.ts";
import { addJobs } from "../../infra/jobs-app.ts";
import { products } from "../../products/index.ts";

/** The app of infra/app.ts, and what the emulator needs besides. */
const app = new App();
const { service } = addJobs(app, products);

// It enforces policies for schedules as if all of them were in the group `default`, whatever group a request names.
const { partition, region, account } = service;
const misplaced = `arn:${partition}:scheduler:${region}:${account}:schedule/default/job_*`;
const actions = ["scheduler:CreateSchedule", "scheduler:DeleteSchedule"];
for (const node of service.node.findAll()) {
  if (node instanceof Role) grant(node, allow(actions, [misplaced], "The emulator's notion of where a schedule is."));
}
