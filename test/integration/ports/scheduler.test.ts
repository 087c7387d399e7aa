import { queuesAt, scheduleRoles } from "../../../bench/support/aws.ts";
import { eventBridgeScheduler } from "../../../lambdas/aws/scheduler/scheduler.ts";
import { lazyPort } from "../../../lambdas/aws/start/lazy-port.ts";
import { startSchedulesService } from "../../support/aws/schedules-service.ts";
import { describeScheduler } from "../../support/conformance/scheduler.ts";

const group = "jobs";

/** Behind a lazy port, as in a deployment. */
describeScheduler("EventBridge Scheduler", async () => {
  const { client, find, stop } = await startSchedulesService();
  const adapter = eventBridgeScheduler({
    client,
    queues: queuesAt("http://sqs.test"),
    group,
    roles: scheduleRoles,
    deadLetterArn: "arn:aws:sqs:us-east-1:000000000000:dead",
  });
  const scheduler = lazyPort(async () => adapter);
  return { scheduler, find: (name) => find(group, name), stop };
});
