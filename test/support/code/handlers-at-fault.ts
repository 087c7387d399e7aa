import { setTimeout as wait } from "node:timers/promises";
import type { Untyped } from "../../../lambdas/code/ductape/context.ts";
import { features } from "../../../lambdas/code/ductape/define.ts";
import { defineFeature } from "../../../lambdas/code/feature/define-feature.ts";

/** Each is found by the check, and is what it says at run time: test/unit/check-code/engine.test.ts. */
export const fetches = defineFeature({
  async run() {
    await fetch("http://127.0.0.1:9/");
  },
});

export const sleepsByTimer = defineFeature({
  async run() {
    await new Promise((go) => setTimeout(go, 1));
  },
});

export const sleepsByModule = defineFeature({
  async run() {
    await wait(1);
  },
});

export const digests = defineFeature({
  async run() {
    await crypto.subtle.digest("SHA-256", new Uint8Array(1));
  },
});

export const draws = defineFeature({
  async run() {
    crypto.getRandomValues(new Uint8Array(1));
  },
});

export const mixes = defineFeature({
  async run(ctx) {
    await ctx.step("both", async () => {
      await ctx.run("go");
      await fetch("http://127.0.0.1:9/");
    });
  },
});

export const repeatsKey = defineFeature({
  async run(ctx) {
    for (const one of [1, 2]) {
      await ctx.step("same", () => one);
    }
  },
});

export const repeatsCalls = defineFeature({
  async run(ctx) {
    await ctx.step("calls", async () => ctx.run("go"), {
      retries: 2,
    });
  },
});

export const usesGraph = features.define({
  tag: "uses-graph",
  handler: async (ctx) => {
    await (ctx as Untyped).graph.query({});
  },
});

export const waitsForUndeclared = features.define({
  tag: "waits",
  handler: async (ctx) => {
    await ctx.waitForSignal("approved", { timeout: "1h" });
  },
});

export const makesId = defineFeature({
  async run(ctx) {
    const id = String(process.hrtime.bigint());
    await ctx.run("go", { id });
    await ctx.sleep("1h");
  },
});

export const counts = defineFeature({
  async run(ctx) {
    let sum = 0;
    await ctx.step("count", () => {
      sum += 1;
    });
    await ctx.sleep("1h");
    return sum;
  },
});

export const collects = defineFeature({
  async run(ctx) {
    const sent: string[] = [];
    await ctx.step("collect", () => {
      sent.push("a");
    });
    await ctx.sleep("1h");
    return sent.length;
  },
});

export const drops = defineFeature({
  async run(ctx) {
    ctx.run("go");
    [1, 2].forEach(async (n) => {
      await ctx.run("late", n);
    });
    return 1;
  },
});

export const races = defineFeature({
  async run(ctx) {
    await Promise.race([ctx.run("go"), ctx.run("late")]);
    await ctx.sleep("2h");
    return 1;
  },
});
