import { existsSync } from "node:fs";
import { routes } from "../../lambdas/api/routes.ts";
import { registry } from "../../lambdas/consumers/types/registry.ts";
import { tickBounds } from "../../lambdas/core/limits/pump.ts";
import {
  codeFunctionName,
  dashboardPaths,
  deadLetterQueues,
  deadLetterRetentionDays,
  functionsOf,
  importPrefix,
  longestFunctionSeconds,
  openPaths,
  queuesOf,
  reconcileEverySeconds,
  reportPrefix,
} from "../../lambdas/topology.ts";

const functions = functionsOf(registry);
const queues = queuesOf(registry);
const longestVisibilitySeconds = 12 * 3600;
const longestRetentionDays = 14;

describe.each(Object.entries(functions))("function %s", (_name, { entry, timeoutSeconds, memoryMb }) => {
  test("has a source file", () => {
    expect(existsSync(new URL(`../../${entry}`, import.meta.url))).toBe(true);
  });

  test("stays within the limits of Lambda", () => {
    expect(timeoutSeconds).toBeLessThanOrEqual(longestFunctionSeconds);
    expect(memoryMb).toBeGreaterThanOrEqual(128);
    expect(memoryMb).toBeLessThanOrEqual(10_240);
  });
});

describe.each(Object.entries(queues))("queue %s", (_name, plan) => {
  test("hides a message for longer than its function may take", () => {
    const { timeoutSeconds } = functions[plan.feeds];
    // A tick that was cut off is soon repeated; one that comes twice is dropped.
    if (plan.feeds === "pump") expect(plan.visibilitySeconds).toBeGreaterThan(timeoutSeconds);
    else expect(plan.visibilitySeconds).toBe(6 * timeoutSeconds);
    expect(plan.visibilitySeconds).toBeLessThanOrEqual(longestVisibilitySeconds);
  });

  test("keeps messages for less time than its dead letters", () => {
    expect(plan.retentionSeconds).toBeLessThan(deadLetterRetentionDays * 24 * 3600);
    expect(deadLetterRetentionDays).toBeLessThanOrEqual(longestRetentionDays);
    expect(deadLetterQueues(registry)).toContain(plan.deadLetters);
  });

  test("feeds batches that SQS and Lambda allow", () => {
    expect(plan.batchSize).toBeLessThanOrEqual(10);
    expect(plan.concurrency).toBeGreaterThanOrEqual(2);
  });
});

test("the queue of the pump keeps a tick long enough for its deliveries", () => {
  const { receives, visibilitySeconds, retentionSeconds } = queues.pump;
  expect(retentionSeconds).toBeGreaterThan(tickBounds.mostMs / 1000 + receives * visibilitySeconds);
});

test("the reconciler ends before its next run", () => {
  expect(functions.reconciler.timeoutSeconds).toBeLessThan(reconcileEverySeconds);
});

test("the intake's reports are not written where they would be imported", () => {
  expect(reportPrefix.startsWith(importPrefix)).toBe(false);
});

test("the topology's open paths are those of the API's open routes", () => {
  const open = routes.filter((route) => route.open).map(({ path }) => path);
  expect([...openPaths].sort()).toEqual(open.sort());
});

test("the topology's paths of the dashboard are none of the API's", () => {
  const served = routes.map(({ path }) => path);
  expect(dashboardPaths.filter((path) => served.includes(path) || path.startsWith("/v1"))).toEqual([]);
});

describe("the name of the function with the code of a product", () => {
  it.each([
    ["ductape-jobs-prod-service", "shop", "ductape-jobs-prod-service-code-shop"],
    ["local", "a".repeat(54), `local-code-${"a".repeat(44)}-`],
  ])("fits into 64 characters: %s, %s", (prefix, product, name) => {
    const found = codeFunctionName(prefix, product);
    expect(found.startsWith(name)).toBe(true);
    expect(found.length).toBeLessThanOrEqual(64);
  });

  it("is another one for each of two long products", () => {
    const [one, other] = ["x", "y"].map((end) => codeFunctionName("local", "a".repeat(80) + end));
    expect(one).not.toBe(other);
  });

  it.each(["acme.shop", ".".repeat(63)])("has the characters that Lambda allows: %s", (product) => {
    expect(codeFunctionName("ductape-jobs-prod-service", product)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it("tells a tag with a dot from the one that has a hyphen there, which keeps its tag as it is", () => {
    const [dot, hyphen] = ["acme.shop", "acme-shop"].map((product) => codeFunctionName("local", product));
    expect(hyphen).toBe("local-code-acme-shop");
    expect(dot).toMatch(/^local-code-acme-shop-[0-9a-f]{8}$/);
  });
});
