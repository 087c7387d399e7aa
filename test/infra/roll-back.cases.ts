import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { asItIs } from "./synth.ts";

/** What the state stack of version 0.3.0 exported, each of which its service imported. */
const exportedThen = [
  "FnGetAttApiKeyF9DDEE66Id52B85228",
  "FnGetAttBusEA82B648ArnBC65BB77",
  "FnGetAttEventBusDeadLettersDA23FEC0QueueName77664C9E",
  "FnGetAttIntakeDeadLettersA15864BBArnA3510ABB",
  "FnGetAttIntakeDeadLettersA15864BBQueueName74384943",
  "FnGetAttIntakeImports89E708B6Arn42CBCDA5",
  "FnGetAttIntakeImports89E708B6QueueName8C9FA76C",
  "FnGetAttIntakeQueue6FB53B87Arn47FB2EEA",
  "FnGetAttIntakeQueue6FB53B87QueueName4A6E0042",
  "FnGetAttIntakeRequestsC9214C6EArn1405389D",
  "FnGetAttJobsDF1CC2D4Arn85C9CFC3",
  "FnGetAttJobsDF1CC2D4StreamArn408D1222",
  "FnGetAttPayloadsCDFAA0A2Arn61AB835C",
  "RefBusEA82B6486A28F94F",
  "RefIntakeDeadLettersA15864BB8A693AFC",
  "RefIntakeImports89E708B65024B21F",
  "RefIntakeQueue6FB53B872AFFCCD2",
  "RefIntakeTopicF14BC22C22AD0358",
  "RefJobsDF1CC2D40B4BB8E8",
  "RefPayloadsCDFAA0A298C13442",
];

const nameOf = (full: string) => full.replace(/^[^:]+:ExportsOutput/, "");

function stacks() {
  const { state, service } = asItIs();
  const outputs = Object.values(state.toJSON().Outputs as Record<string, { Export?: { Name: string } }>);
  const imports = [...JSON.stringify(service.toJSON()).matchAll(/"Fn::ImportValue":"([^"]+)"/g)];
  return {
    exported: outputs.flatMap(({ Export }) => (Export ? [nameOf(Export.Name)] : [])),
    imported: [...new Set(imports.map(([, name = ""]) => nameOf(name)))],
  };
}

// CloudFormation refuses to remove an export while another stack imports it, and the state stack is deployed before the service.
describe("the state stack of this version", () => {
  test("exports all that the service of version 0.3.0 imports, so that it serves that one too", () => {
    expect(stacks().exported).toEqual(expect.arrayContaining(exportedThen));
  });

  test("exports the key of approvals that the one of 0.3.0 does not, so that a roll back leaves it", () => {
    const more = stacks().imported.filter((name) => !exportedThen.includes(name));
    expect(more).toEqual([expect.stringContaining("ApprovalKey")]);
    const page = readFileSync(new URL("../../docs/operations/upgrade.md", import.meta.url), "utf8");
    expect(page).toContain("npx cdk deploy Service --exclusively");
  });
});
