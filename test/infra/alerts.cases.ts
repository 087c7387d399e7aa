import type { Alert } from "../../lambdas/core/catalog/alert-schema.ts";
import { alertProduct } from "../support/alerting.ts";
import { privilegesByEntry } from "./privileges.ts";
import { asItIs, resourcesOf, type Synthesized, synthesize } from "./synth.ts";

/** What alerts add to the functions of a stack, by entry. */
function added({ service }: Synthesized): Record<string, string[]> {
  const plain = synthesize({}, [alertProduct({ alerts: {}, receivers: {} })]);
  const usual = privilegesByEntry(plain.service);
  return Object.fromEntries(
    Object.entries(privilegesByEntry(service))
      .map(([entry, lines]) => [entry, lines.filter((line) => !usual[entry]?.includes(line))] as const)
      .filter(([, lines]) => lines.length > 0),
  );
}

const variablesOf = ({ service }: Synthesized, entry: string): object =>
  resourcesOf(service, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.Environment.Variables.SERVICE_NAME === entry,
  )?.Properties.Environment.Variables;

describe("alerts", () => {
  const alerts = synthesize({}, [alertProduct()]);

  test("let the function of the stream count causes and tell receivers, and the reconciler look after incidents", () => {
    expect(added(alerts)).toEqual({
      "consumers/action": ["secretsmanager:GetSecretValue secretsmanager:secret:ops-??????"],
      lifecycle: [
        "dynamodb:DeleteItem,GetItem,PutItem,Query,UpdateItem Jobs if key = CAUSE#*, RATE#*, OPEN",
        "dynamodb:GetItem,PutItem Jobs if key = JOB#*",
        "dynamodb:GetItem,Query,UpdateItem Jobs if key = ERRORS#*",
        "sqs:SendMessage QueueactionQueue",
      ],
      reconciler: [
        "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem,Query Jobs if key = JOB#*",
        "dynamodb:DeleteItem,GetItem,PutItem,Query,UpdateItem Jobs if key = CAUSE#*, RATE#*, OPEN",
      ],
    });
    expect(variablesOf(alerts, "lifecycle")).toHaveProperty("QUEUES");
  });

  test("about a budget let the reconciler count what jobs have used, with the memory of their consumers", () => {
    const alert: Alert = { when: "cost_above", usd: 50, notify: ["ops"] };
    const budgets = synthesize({}, [alertProduct({ alerts: { spent: alert } })]);
    const reconciler = [
      "dynamodb:GetItem,PutItem Jobs if key = SPENT#*",
      "dynamodb:Query Jobs if key = STATS#*",
      ...(added(alerts).reconciler ?? []),
    ];
    expect(added(budgets)).toEqual({ ...added(alerts), reconciler: reconciler.sort() });
    expect(variablesOf(budgets, "reconciler")).toMatchObject({ CONSUMER_MEMORY: "{}" });
    expect(variablesOf(alerts, "reconciler")).not.toHaveProperty("CONSUMER_MEMORY");
  });

  test("that no catalog has add nothing", () => {
    expect(variablesOf(asItIs(), "lifecycle")).not.toHaveProperty("QUEUES");
    expect(JSON.stringify(privilegesByEntry(asItIs().service).lifecycle)).not.toContain("CAUSE#");
  });
});
