import { eventBridgeScheduler } from "../../../lambdas/aws/eventbridge-scheduler.ts";
import { queuesAt } from "../../support/aws/queues.ts";
import { scheduleRoles } from "../../support/aws/schedule-roles.ts";
import { startSchedulesService } from "../../support/aws/schedules-service.ts";
import { describeScheduler } from "../../support/conformance/scheduler.ts";

const group = "jobs";

describeScheduler("EventBridge Scheduler", async () => {
  const { client, find, stop } = await startSchedulesService();
  const scheduler = eventBridgeScheduler({
    client,
    queues: queuesAt("http://sqs.test"),
    group,
    roles: scheduleRoles,
    deadLetterArn: "arn:aws:sqs:us-east-1:000000000000:dead",
  });
  return { scheduler, find: (name) => find(group, name), stop };
});
