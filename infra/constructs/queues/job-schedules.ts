import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type CfnScheduleGroup, ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { CfnDeletionPolicy, Names, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { uniqueName } from "../deployment-name.ts";
import { DeadLetters } from "./job-queue.ts";

/** The schedules of jobs that are due later, and the roles with which EventBridge Scheduler delivers them. */
export class JobSchedules extends Construct {
  readonly group: ScheduleGroup;
  /** The name that the group had in version 0.1.0. Jobs of that time still have their schedules there. */
  readonly earlierGroupName: string;
  /** One per type, which sends to that type's queue only: whoever may create schedules of one type reaches no other queue. */
  readonly roles: Record<JobType, Role>;
  /**
   * The role that all types shared before each had its own. Schedules keep the role they were created with, for up to the five
   * years that a job may be ahead, so it stays. This version creates no schedules with it.
   */
  readonly sharedRole: Role;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { targets }: { targets: Record<JobType, IQueue> }) {
    super(scope, id);
    // Its schedules may be deleted with it: they refer to queues and a role that are deleted too, and the state stack keeps the
    // jobs, which the reconciler of the next deployment redispatches.
    // A group that is being deleted keeps its name until all of its schedules are gone, which takes a while.
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html
    this.group = new ScheduleGroup(this, "Group", {
      scheduleGroupName: uniqueName(this),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A deployment that has the group under another name gets another group and keeps that one: its schedules continue to fire. So it is
    // after an upgrade from 0.1.0, and after a roll back from a version that names it otherwise. Since 0.2.0 no version has.
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
   * EventBridge Scheduler, on behalf of this deployment's groups only. It names the group as its source, never a schedule.
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
