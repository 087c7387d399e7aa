import * as restate from "@restatedev/restate-sdk";

const inTurn = restate.service({
  name: "inTurn",
  handlers: {
    async run(ctx, { steps }) {
      const times = [];
      for (let i = 0; i < steps; i++) times.push(await ctx.run(`step-${i}`, () => Date.now()));
      return times;
    },
  },
});

const atOnce = restate.service({
  name: "atOnce",
  handlers: {
    run: (ctx, { steps }) =>
      restate.RestatePromise.all(Array.from({ length: steps }, (_, i) => ctx.run(`step-${i}`, () => Date.now()))),
  },
});

const signalled = restate.workflow({
  name: "signalled",
  handlers: {
    async run(ctx) {
      await ctx.promise("go");
      return [await ctx.run("step", () => Date.now())];
    },
    go: (ctx) => ctx.promise("go").resolve({}),
  },
});

export const services = [inTurn, atOnce, signalled];
