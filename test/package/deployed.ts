import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ministack } from "../deploy/ministack.ts";
import { shell } from "./run.ts";

interface Resource {
  Type: string;
  Properties?: { Metrics?: unknown; Environment?: { Variables: { CODE_FROM?: LinkStart } } };
}

/** \`https://<bucket>.s3.<region>.<suffix>/<folder>/\`, joined. */
interface LinkStart {
  "Fn::Join": [string, [string, { Ref: string }, ...unknown[]]];
}

/**
 * What the emulator takes of a plain deployment. It refuses alarms on metric expressions, which are left out. A link to its bucket has the
 * emulator's address before the bucket's name, and not after it.
 */
async function adapt(file: string, endpoint: string): Promise<void> {
  const { Resources, ...rest } = JSON.parse(await readFile(file, "utf8")) as { Resources: Record<string, Resource> };
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === "AWS::CloudWatch::Alarm" && Properties?.Metrics !== undefined) delete Resources[id];
    const variables = Properties?.Environment?.Variables;
    if (variables?.CODE_FROM) {
      const [, [, bucket]] = variables.CODE_FROM["Fn::Join"];
      variables.CODE_FROM = { "Fn::Join": ["", [`${endpoint}/`, bucket, "/code/"]] };
    }
  }
  await writeFile(file, JSON.stringify({ ...rest, Resources }));
}

/** `cdk synth` and `cdk deploy --all` of a project as it is, onto the emulator. Resolves with the outputs of its stack. */
export async function deployProject(
  project: string,
  name: string,
  { endpoint, environment }: Ministack,
): Promise<Record<string, string>> {
  const env = { ...(environment as Record<string, string>), PATH: `${project}/node_modules/.bin:${environment.PATH}` };
  await shell("npx cdk synth --quiet", project, env);
  await adapt(join(project, `cdk.out/${name}.template.json`), endpoint);
  await shell("npx cdk bootstrap aws://000000000000/us-east-1 --app cdk.out", project, env);
  await shell("npx cdk deploy --all --app cdk.out --require-approval never --outputs-file outputs.json", project, env);
  const outputs = JSON.parse(await readFile(join(project, "outputs.json"), "utf8")) as Record<
    string,
    Record<string, string>
  >;
  return outputs[name] ?? {};
}
