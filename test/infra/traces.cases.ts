import { privilegesByEntry } from "./privileges.ts";
import { asItIs, functionOf, synthesize } from "./synth.ts";

const settings = { "jobs:otlpEndpoint": "https://otlp.example.com/v1/traces", "jobs:otlpSecret": "ops/otlp" };
const variablesOf = ({ service }: ReturnType<typeof synthesize>, entry: string) =>
  functionOf(service, entry).Properties.Environment.Variables;

describe("a deployment that exports spans", () => {
  const world = synthesize(settings);

  test("has the function behind the stream read one secret more, and no other function do anything more", () => {
    const { lifecycle: before = [], ...others } = privilegesByEntry(asItIs().service);
    const { lifecycle, ...same } = privilegesByEntry(world.service);
    expect(lifecycle?.filter((one) => !before.includes(one))).toEqual([
      "secretsmanager:GetSecretValue secretsmanager:secret:ops/otlp-??????",
    ]);
    expect(same).toEqual(others);
    expect(Object.keys(world.service.toJSON().Resources)).toHaveLength(
      Object.keys(asItIs().service.toJSON().Resources).length,
    );
  });

  test("tells that function where to, and those that work with jobs that each job has a trace", () => {
    expect(variablesOf(world, "lifecycle")).toMatchObject({
      OTLP_ENDPOINT: settings["jobs:otlpEndpoint"],
      OTLP_SECRET: "ops/otlp",
    });
    for (const entry of ["api", "consumers/action", "consumers/feature"])
      expect(variablesOf(world, entry)).toMatchObject({ TRACES: "true" });
  });
});

test("a deployment that exports none says nothing of spans to any function", () => {
  expect(JSON.stringify(asItIs().service.toJSON())).not.toMatch(/OTLP_|"TRACES"/);
});
