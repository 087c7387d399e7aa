import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type CfnScheduleGroup, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { CfnDeletionPolicy, Names, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { DeadLetters } from "./job-queue.ts";
import { nameByBirth } from "./stack-birth.ts";

/** Where the schedules of jobs that are due later live, and as whom EventBridge Scheduler delivers them. */
export class JobSchedules extends Construct {
  readonly group: ScheduleGroup;
  /** The name that the group had before it was named by its stack's birth; where jobs of that time have their schedules. */
  readonly earlierGroupName: string;
  readonly role: Role;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { targets }: { targets: readonly IQueue[] }) {
    super(scope, id);
    // Its schedules go with it, and may: they name queues and a role that go too, and the jobs they stand for are kept by
    // the state stack, from where the reconciler of the next deployment hands them over.
    // A group that is being deleted keeps its name until all of its schedules are gone, which takes a while.
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html
    this.group = new ScheduleGroup(this, "Group", {
      scheduleGroupName: nameByBirth(Stack.of(this)),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A deployment that has the group by its earlier name gets another one, and keeps that: its schedules go on firing.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html
    (this.group.node.defaultChild as CfnScheduleGroup).cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    this.earlierGroupName = Names.uniqueResourceName(this.group, { maxLength: 64, separator: "-" });
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.role = new Role(this, "Role", {
      description: "EventBridge Scheduler sends due jobs to their queues as this role",
      assumedBy: this.scheduler(),
    });
    const resources = [...targets, this.deadLetters].map((queue) => queue.queueArn);
    this.role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources }));
  }

  /**
   * The Scheduler, on behalf of this account's groups only. It names the group, never a schedule, as its source.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
   */
  private scheduler(): ServicePrincipal {
    const earlier = Stack.of(this).formatArn({
      service: "scheduler",
      resource: "schedule-group",
      resourceName: this.earlierGroupName,
    });
    const source = {
      "aws:SourceAccount": Stack.of(this).account,
      "aws:SourceArn": [this.group.scheduleGroupArn, earlier],
    };
    return new ServicePrincipal("scheduler.amazonaws.com", { conditions: { StringEquals: source } });
  }
}
