import { describeMessageQueue, type Text } from "../../support/conformance/message-queue.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";

describeMessageQueue("the fake", async () => {
  const queue = fakeMessageQueue<Text>();
  const untakable = { text: "too large" };
  queue.refusesForGood = ({ text }) => text === untakable.text;
  return { queue, held: async () => queue.sent.map(({ message }) => message), untakable };
});
