import { describeJobQueue } from "../../support/conformance/job-queue.ts";
import { fakeJobQueue } from "../../support/fakes/job-queue.ts";

describeJobQueue("the fake", async () => {
  const queue = fakeJobQueue();
  return {
    queue,
    held: async (type) => {
      const sent = queue.sent.filter((one) => one.type === type);
      return {
        ready: sent.filter(({ delaySeconds }) => delaySeconds === 0).map(({ message }) => message),
        delayed: sent.filter(({ delaySeconds }) => delaySeconds > 0).map(({ message }) => message),
      };
    },
  };
});
