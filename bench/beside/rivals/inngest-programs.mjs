import { inngest } from "./inngest-client.mjs";

const inTurn = inngest.createFunction({ id: "inTurn", triggers: { event: "inTurn" } }, async ({ event, step }) => {
  const times = [];
  for (let i = 0; i < event.data.steps; i++) times.push(await step.run(`step-${i}`, () => Date.now()));
  return times;
});

const atOnce = inngest.createFunction({ id: "atOnce", triggers: { event: "atOnce" } }, ({ event, step }) =>
  Promise.all(Array.from({ length: event.data.steps }, (_, i) => step.run(`step-${i}`, () => Date.now()))),
);

const signalled = inngest.createFunction({ id: "signalled", triggers: { event: "signalled" } }, async ({ step }) => {
  await step.waitForEvent("go", { event: "go", match: "data.run", timeout: "1h" });
  return [await step.run("step", () => Date.now())];
});

export const functions = [inTurn, atOnce, signalled];
