import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { DeadLetters } from "./job-queue.ts";

/** Where the schedules of jobs that are due later live, and as whom EventBridge Scheduler delivers them. */
export class JobSchedules extends Construct {
  readonly group: ScheduleGroup;
  readonly role: Role;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { targets }: { targets: readonly IQueue[] }) {
    super(scope, id);
    // Its schedules go with it, and may: they name queues and a role that go too, and the jobs they stand for are kept by
    // the state stack, from where the reconciler of the next deployment hands them over.
    this.group = new ScheduleGroup(this, "Group", { removalPolicy: RemovalPolicy.DESTROY });
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.role = new Role(this, "Role", {
      description: "EventBridge Scheduler sends due jobs to their queues as this role",
      assumedBy: this.scheduler(),
    });
    const resources = [...targets, this.deadLetters].map((queue) => queue.queueArn);
    this.role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources }));
  }

  /**
   * The Scheduler, on behalf of this account's group only. It names the group, never a schedule, as its source.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
   */
  private scheduler(): ServicePrincipal {
    const source = { "aws:SourceAccount": Stack.of(this).account, "aws:SourceArn": this.group.scheduleGroupArn };
    return new ServicePrincipal("scheduler.amazonaws.com", { conditions: { StringEquals: source } });
  }
}
