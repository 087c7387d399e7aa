import { describe, expect, test } from "@jest/globals";
import * as z from "zod";
import { defineFeature } from "../../../../../../lambdas/code/feature/define-feature.ts";
import type { DecideAnswer } from "../../../../../../lambdas/core/job/decide-messages.ts";
import { parseSignal } from "../../../../../../lambdas/core/requests/signal-request.ts";
import { codeWorld } from "../../../../../support/code-world.ts";

const minute = 60_000;

const waiting = (key: string, step: string) =>
  defineFeature({
    signals: { paid: z.unknown() },
    run: async (ctx) => ctx.waitForSignal("paid", { key, step, timeout: "1h", otherwise: "continue" }),
  });

describe("a wait for a signal", () => {
  const begin = "🧾".repeat(130);

  test("takes the messages of its own key, however many bytes that has", async () => {
    const world = codeWorld({ one: waiting(`${begin}1`, "one"), other: waiting(`${begin}2`, "other") });
    const [one, other] = [await world.start("one"), await world.start("other")];
    await world.pass(minute);
    const wanted = parseSignal(
      { product_tag: "shop", env: "dev", signal: "paid", key: `${begin}1`, payload: 7 },
      world.services.catalog,
    );
    await world.signal(wanted.signal, wanted.to as { key: string }, wanted.payload);
    await world.pass(minute);
    expect(await world.view(one)).toMatchObject({ status: "completed", result: { payload: 7 } });
    expect(await world.view(other)).toMatchObject({ status: "running" });
  });

  test.each([
    ["a key that is too long", { signal: "paid", key: "x".repeat(257) }],
    ["a key with half a character", { signal: "paid", key: "\ud800" }],
    ["a name that is that of another signal with a key", { signal: "paid#KEY#A" }],
    ["a name that nobody can send", { signal: "x".repeat(65) }],
  ])("that no message reaches fails at once: %s", async (_what, awaited) => {
    const world = codeWorld({ onboard: waiting("A", "money") });
    const { call } = world.code.invoker;
    world.code.invoker.call = async (...given) => {
      const answer = (await call(...given)) as DecideAnswer;
      if ("commands" in answer)
        for (const command of answer.commands) if (command.c === "wait") command.signals = [awaited];
      return answer;
    };
    const id = await world.start("onboard");
    await world.pass(minute);
    expect(await world.view(id)).toMatchObject({
      status: "failed",
      steps: { money: { error: { code: "VALIDATION_ERROR" } } },
    });
  });

  test.each(["paid#KEY#A", "x#RUN", "half \ud800"])("has a name that a request may have, which %j is not", (signal) => {
    const { catalog } = codeWorld({ onboard: waiting("A", "money") }).services;
    expect(() => parseSignal({ product_tag: "shop", env: "dev", signal, key: "B" }, catalog)).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
  });
});
