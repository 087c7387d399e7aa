import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { describe, expect, test } from "@jest/globals";
import { queuesAt, scheduleRoles } from "../../../../bench/support/aws.ts";
import { eventBridgeScheduler } from "../../../../lambdas/aws/scheduler/scheduler.ts";
import { jobTypes } from "../../../../lambdas/core/job/job.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { awsError, type StubAnswer, stubHandler } from "../../../support/aws/stub-handler.ts";
import { aMessage } from "../../../support/builders.ts";

function aScheduler(...answers: StubAnswer[]) {
  return schedulerWith({}, ...answers);
}

function schedulerWith(more: { earlierGroup?: string }, ...answers: StubAnswer[]) {
  const requestHandler = stubHandler((_request, earlier) => answers[earlier] ?? { body: { ScheduleArn: "arn" } });
  const scheduler = eventBridgeScheduler({
    client: new SchedulerClient({ ...settings, requestHandler }),
    queues: queuesAt("https://sqs.test"),
    group: "jobs",
    roles: scheduleRoles,
    deadLetterArn: "arn:aws:sqs:us-east-1:000000000000:dead",
    ...more,
  });
  return { scheduler, requests: requestHandler.requests };
}

const at = Date.UTC(2031, 1, 28, 23, 59, 59) / 1000;

test("a schedule is one-time, exact, in UTC, and deleted after its completion", async () => {
  const { scheduler, requests } = aScheduler();
  const message = aMessage();
  await scheduler.schedule("job_1-1-1", at, "function", message);
  expect(requests).toMatchObject([{ method: "POST", path: "/schedules/job_1-1-1" }]);
  expect(requests[0]?.body).toEqual({
    ClientToken: expect.any(String),
    GroupName: "jobs",
    ScheduleExpression: "at(2031-02-28T23:59:59)",
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: {
      Arn: "arn:aws:sqs:us-east-1:000000000000:jobs-function",
      RoleArn: "arn:aws:iam::000000000000:role/scheduler-function",
      Input: JSON.stringify(message),
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      DeadLetterConfig: { Arn: "arn:aws:sqs:us-east-1:000000000000:dead" },
    },
  });
});

test("a schedule has the role of its job type, which reaches one queue", async () => {
  const { scheduler, requests } = aScheduler();
  for (const type of jobTypes) await scheduler.schedule(`job_1-1-${type}`, at, type, aMessage());
  expect(requests.map(({ body }) => (body as { Target: { RoleArn: string } }).Target.RoleArn)).toEqual(
    jobTypes.map((type) => scheduleRoles[type]),
  );
});

test("a schedule that already exists counts as created", async () => {
  const { scheduler, requests } = aScheduler(awsError("ConflictException", 409));
  await scheduler.schedule("job_1-1-1", at, "function", aMessage());
  expect(requests).toHaveLength(1);
});

test("a create whose answer was lost is repeated as the same request", async () => {
  const { scheduler, requests } = aScheduler(
    awsError("InternalServerException", 500),
    awsError("ConflictException", 409),
  );
  await scheduler.schedule("job_1-1-1", at, "function", aMessage());
  expect(requests).toHaveLength(2);
  expect(requests[1]?.body).toEqual(requests[0]?.body);
});

test("unscheduling names the group, and succeeds without a schedule", async () => {
  const { scheduler, requests } = aScheduler(awsError("ResourceNotFoundException", 404));
  await scheduler.unschedule("job_1-1-1");
  expect(requests).toMatchObject([{ method: "DELETE", path: "/schedules/job_1-1-1", query: { groupName: "jobs" } }]);
});

describe("with a group of an earlier name", () => {
  const absent = awsError("ResourceNotFoundException", 404);
  const groups = (requests: { query?: unknown }[]) => requests.map(({ query }) => query);

  test("a schedule in the current group is not looked for in the earlier one", async () => {
    const { scheduler, requests } = schedulerWith({ earlierGroup: "before" });
    await scheduler.unschedule("job_1-1-1");
    expect(groups(requests)).toEqual([{ groupName: "jobs", clientToken: expect.any(String) }]);
  });

  test("a schedule that is in neither group counts as deleted", async () => {
    const { scheduler, requests } = schedulerWith({ earlierGroup: "before" }, absent, absent);
    await scheduler.unschedule("job_1-1-1");
    expect(groups(requests)).toMatchObject([{ groupName: "jobs" }, { groupName: "before" }]);
  });

  test("any other error is thrown without a look into the earlier group", async () => {
    const { scheduler, requests } = schedulerWith({ earlierGroup: "before" }, awsError("AccessDeniedException", 403));
    await expect(scheduler.unschedule("job_1-1-1")).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(requests).toHaveLength(1);
  });
});

test.each([
  ["ValidationException", { name: "PermanentError", code: "ValidationException" }],
  ["ServiceQuotaExceededException", { name: "TransientError", code: "ServiceQuotaExceededException" }],
  ["ResourceNotFoundException", { name: "ResourceNotFoundException" }],
])("a schedule that is refused with %s fails with an error of the right class", async (error, expected) => {
  const { scheduler } = aScheduler(awsError(error));
  const scheduling = scheduler.schedule("job_1-1-1", at, "function", aMessage());
  await expect(scheduling).rejects.toMatchObject(expected);
});
