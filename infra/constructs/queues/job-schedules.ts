import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type CfnScheduleGroup, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { CfnDeletionPolicy, Names, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { nameByBirth } from "../functions/name-by-birth.ts";
import { DeadLetters } from "./job-queue.ts";

/** Where the schedules of jobs that are due later live, and as whom EventBridge Scheduler delivers them. */
export class JobSchedules extends Construct {
  readonly group: ScheduleGroup;
  /** The name that the group had before it was named by its stack's birth; where jobs of that time have their schedules. */
  readonly earlierGroupName: string;
  /** One a type: it sends to that type's queue alone, so that who may make schedules of one type reaches no other's queue. */
  readonly roles: Record<JobType, Role>;
  /**
   * The one that all types shared before each had its own. Schedules keep the role that they were made with, for up to the five
   * years that a job may be ahead, so it stays; nothing of this version makes schedules with it.
   */
  readonly sharedRole: Role;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { targets }: { targets: Record<JobType, IQueue> }) {
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
    this.sharedRole = this.role("Role", "EventBridge Scheduler sends due jobs to their queues as this role", [
      ...Object.values(targets),
    ]);
    const pairs = jobTypes.map((type) => {
      const description = `EventBridge Scheduler sends due ${type} jobs to their queue as this role`;
      return [type, this.role(`Role-${type}`, description, [targets[type]])] as const;
    });
    this.roles = Object.fromEntries(pairs) as Record<JobType, Role>;
  }

  private role(id: string, description: string, queues: readonly IQueue[]): Role {
    const role = new Role(this, id, { description, assumedBy: this.scheduler() });
    const resources = [...queues, this.deadLetters].map((queue) => queue.queueArn);
    role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources }));
    return role;
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
