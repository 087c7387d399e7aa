import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ministack } from "../deploy/ministack.ts";
import { shell } from "./run.ts";

interface Template {
  Resources: Record<string, { Type: string; Properties?: { Metrics?: unknown } }>;
}

/** The emulator refuses alarms on metric expressions, which a plain deployment has: they are left out of what is deployed. */
async function withoutMetricExpressions(file: string): Promise<void> {
  const template = JSON.parse(await readFile(file, "utf8")) as Template;
  for (const [id, { Type, Properties }] of Object.entries(template.Resources))
    if (Type === "AWS::CloudWatch::Alarm" && Properties?.Metrics !== undefined) delete template.Resources[id];
  await writeFile(file, JSON.stringify(template));
}

/** `cdk synth` and `cdk deploy --all` of a project as it is, onto the emulator. Resolves with the outputs of its stack. */
export async function deployProject(
  project: string,
  name: string,
  { environment }: Ministack,
): Promise<Record<string, string>> {
  const env = { ...(environment as Record<string, string>), PATH: `${project}/node_modules/.bin:${environment.PATH}` };
  await shell("npx cdk synth --quiet", project, env);
  await withoutMetricExpressions(join(project, `cdk.out/${name}.template.json`));
  await shell("npx cdk bootstrap aws://000000000000/us-east-1 --app cdk.out", project, env);
  await shell("npx cdk deploy --all --app cdk.out --require-approval never --outputs-file outputs.json", project, env);
  const outputs = JSON.parse(await readFile(join(project, "outputs.json"), "utf8")) as Record<
    string,
    Record<string, string>
  >;
  return outputs[name] ?? {};
}
