import type { ProductEvent } from "../../lambdas/core/catalog/job-type.ts";
import { products } from "../support/catalog/products.ts";
import { privilegesByEntry } from "./privileges.ts";
import { asItIs, expectPoliciesToFit, functionOf, resourcesOf, synthesize } from "./synth.ts";

/** The demo's catalog, in which one event is searched. */
function searched(search: ProductEvent["search"]) {
  const [first, ...others] = products as readonly { jobs: Record<string, object> }[];
  const jobs = { ...first?.jobs, create_order: { ...first?.jobs.create_order, search } };
  return synthesize({}, [{ ...first, jobs }, ...others]);
}

/** What it adds to the functions of a stack, by entry. */
function added({ service }: ReturnType<typeof synthesize>): Record<string, string[]> {
  const usual = privilegesByEntry(asItIs().service);
  return Object.fromEntries(
    Object.entries(privilegesByEntry(service))
      .map(([entry, lines]) => [entry, lines.filter((line) => !usual[entry]?.includes(line))] as const)
      .filter(([, lines]) => lines.length > 0),
  );
}

describe("a catalog whose jobs are found by values", () => {
  const plain = searched({ order: "$Input{body}{order}" });

  test("has one function more, which reads the stream and writes the index, and the API and operations read that", () => {
    expect(added(plain)).toEqual({
      api: [expect.stringMatching(/^dynamodb:Query Jobs if key = .*FIND#\*/)],
      indexer: [
        "dynamodb:BatchWriteItem Jobs if key = FIND#*",
        "dynamodb:DescribeStream,GetRecords,GetShardIterator JobsStream",
        "dynamodb:ListStreams *",
      ],
      intake: [expect.stringMatching(/^dynamodb:Query Jobs if key = .*FIND#\*/)],
    });
    expect(plain.state.toJSON()).toEqual(asItIs().state.toJSON());
    expectPoliciesToFit(plain.service);
  });

  test("reads of the stream the jobs that have values, from where the stream begins", () => {
    const source = resourcesOf(plain.service, "AWS::Lambda::EventSourceMapping").find(
      ({ Properties }) => Properties.FunctionName.Ref === functionOf(plain.service, "indexer").id,
    );
    expect(source?.Properties).toMatchObject({
      StartingPosition: "TRIM_HORIZON",
      BisectBatchOnFunctionError: true,
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ["INSERT", "MODIFY"],
              dynamodb: {
                Keys: { SK: { S: ["STATE"] } },
                NewImage: {
                  search: { M: { rev: { S: [{ exists: true }] } } },
                  status: { S: [{ "anything-but": ["running"] }] },
                },
              },
            }),
          },
        ],
      },
    });
  });

  test("gives no function the key for sealing unless a value is sealed, and then those that make or end jobs", () => {
    expect(JSON.stringify(plain.service.toJSON())).not.toContain("SEAL_SECRET");
    const { service } = searched({ customer: { value: "$Input{body}{customer}", sealed: true } });
    const reading = Object.entries(privilegesByEntry(service))
      .filter(([, lines]) => lines.some((line) => /^secretsmanager:GetSecretValue .*ApprovalKey/.test(line)))
      .map(([entry]) => entry);
    const ending = Object.keys(privilegesByEntry(service)).filter((entry) => entry.startsWith("consumers/"));
    expect(reading.sort()).toEqual([...ending, "api", "approve", "hooks", "intake", "reconciler"].sort());
    for (const entry of [...ending, "api", "hooks", "intake", "reconciler"])
      expect(functionOf(service, entry).Properties.Environment.Variables).toHaveProperty("SEAL_SECRET");
    expectPoliciesToFit(service);
  });

  test("leaves room for the largest catalogs", () => {
    const count = (stack: typeof plain.service) => Object.keys(stack.toJSON().Resources).length;
    expect(count(plain.service) - count(asItIs().service)).toBeLessThanOrEqual(8);
  });
});

test("without values there is no such function, and none reads the index", () => {
  expect(privilegesByEntry(asItIs().service)).not.toHaveProperty("indexer");
  expect(JSON.stringify(privilegesByEntry(asItIs().service))).not.toContain("FIND#");
});
