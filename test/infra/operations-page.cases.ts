import { readFileSync } from "node:fs";
import * as z from "zod";
import { Settings } from "../../infra/settings/config.ts";
import { measures } from "../../lambdas/core/job/measures.ts";
import { rowsOf } from "../support/tables.ts";
import { asItIs, flat, resourcesOf } from "./synth.ts";

const { service, state } = asItIs();
const pageOn = (subject: string) =>
  readFileSync(new URL(`../../docs/operations/${subject}.md`, import.meta.url), "utf8");
const dollars = (amount: number) => amount.toFixed(2);
const words = (text = "") => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

describe("the monthly costs on their page:", () => {
  const costs = rowsOf(pageOn("costs"), "per month, whatever the load", "");
  const costOf = (what: RegExp) => costs.find(([text = ""]) => what.test(text)) ?? [];
  const alarms = resourcesOf(service, "AWS::CloudWatch::Alarm").map(({ Properties }) => Properties);
  const isQuery = ({ Metrics = [] }) =>
    Metrics.some(({ Expression }: { Expression?: string }) => Expression?.startsWith("SELECT"));
  /** CloudWatch bills by the metrics that an alarm evaluates: its own, or those of its expression. */
  const metricsOf = ({ Metrics }: { Metrics?: { MetricStat?: object }[] }) =>
    Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1;

  test("the alarms cost what the page says", () => {
    const counted = alarms.filter((alarm) => !isQuery(alarm)).reduce((sum, alarm) => sum + metricsOf(alarm), 0);
    const [text = "", cost] = costOf(/alarms/);
    expect(text).toContain(`${alarms.length} alarms: ${counted} metrics at 0.10`);
    expect(cost).toBe(`${dollars(counted * 0.1)} and more`);
    const queries = alarms.filter(isQuery).map(({ AlarmName }) => AlarmName.replace(/^.*-service-/, ""));
    expect(words(text).sort()).toEqual(queries.sort());
    expect(pageOn("quotas")).toContain(`The alarms are ${alarms.length} of them`);
  });

  test("the dashboard is billed: it has more metrics than a free one may", () => {
    const [dashboard, ...others] = resourcesOf(service, "AWS::CloudWatch::Dashboard");
    const { widgets } = JSON.parse(flatBody(dashboard?.Properties.DashboardBody));
    const lines = widgets.flatMap(
      ({ properties }: { properties: { metrics?: unknown[] } }) => properties.metrics ?? [],
    );
    expect(others).toEqual([]);
    expect(lines.length).toBeGreaterThan(100);
    expect(costOf(/dashboard/)[1]).toBe("3.00");
  });

  test("polling all consumed queues costs what the page says", () => {
    const sources = resourcesOf(service, "AWS::Lambda::EventSourceMapping").map(({ Properties }) => Properties);
    const polled = sources.filter(({ EventSourceArn }) => /Queue|Imports/.test(flat(EventSourceArn)));
    expect(polled).toHaveLength(sources.length - 1);
    const requests = polled.length * 15 * 60 * 24 * 30;
    expect(costOf(/^the queues .* 15 requests per minute/)[1]).toBe(dollars((requests / 1e6) * 0.4));
  });

  test("the one key costs a dollar and the two secrets 0.40 each, as the page says", () => {
    const count = (type: string) => [service, state].flatMap((stack) => resourcesOf(stack, type)).length;
    expect([count("AWS::KMS::Key"), count("AWS::SecretsManager::Secret")]).toEqual([1, 2]);
    expect([costOf(/^the key/)[1], costOf(/^the secrets/)[1]]).toEqual(["1.00", "0.80"]);
  });
});

test("the page on deploying has every output of the service stack", () => {
  const documented = rowsOf(pageOn("deploy"), "output", "what it is").flatMap(([names]) => words(names));
  expect(documented.sort()).toEqual(Object.keys(service.toJSON().Outputs).sort());
});

test("the pages on monitoring and costs have every metric", () => {
  const rows = rowsOf(pageOn("monitoring"), "metric", "of", "what it is");
  expect(rows.flatMap(([names]) => words(names)).sort()).toEqual([...measures].sort());
  const ofPair = rows.filter(([, of]) => of === "`type`, `product`").flatMap(([names]) => words(names));
  expect(pageOn("costs")).toContain(`3 to ${ofPair.length} for each pair of type and product`);
});

describe("the page on settings", () => {
  const rows = new Map(rowsOf(pageOn("settings"), "setting", "type", "default", "meaning").map((row) => [row[0], row]));
  const { properties } = z.toJSONSchema(Settings, { io: "output", unrepresentable: "any" }) as {
    properties: Record<string, { default?: unknown; minimum?: number; maximum?: number }>;
  };

  test.each(Object.entries(properties))("lists %s with its bounds and its default", (name, schema) => {
    const [setting, type, fallback] = rows.get(`\`jobs:${name.replace(/\..*/, ".<type>")}\``) ?? [];
    expect(setting).toBeDefined();
    const isList = Array.isArray(schema.default);
    if (schema.default !== undefined && !isList) expect(fallback?.replaceAll("`", "")).toBe(String(schema.default));
    if (schema.minimum !== undefined) expect(type).toContain(`${schema.minimum} to ${schema.maximum}`);
  });
});

/** A dashboard's body is JSON with references in it. */
const flatBody = (body: { "Fn::Join": [string, unknown[]] }): string =>
  body["Fn::Join"][1].map((part) => (typeof part === "string" ? part : "a-reference")).join("");
