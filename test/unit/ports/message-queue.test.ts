import { describeMessageQueue, type Text } from "../../support/conformance/message-queue.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";

describeMessageQueue("the fake", async () => {
  const queue = fakeMessageQueue<Text>();
  return { queue, held: async () => queue.sent.map(({ message }) => message) };
});
