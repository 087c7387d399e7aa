import { addJobs } from "../../infra/jobs-app.ts";
import { inAws } from "../deploy/in-aws.ts";
import { testApp } from "../infra/synth.ts";
import { products } from "../support/catalog/products.ts";

/*
 * `node test/independent/synth.ts <folder>`: writes both stacks by default, and with every setting that adds or changes
 * resources, as templates without the functions' code.
 */
const id = "0d9bdc2e-8c6e-4f0e-9d7c-0a1b2c3d4e5f";
const everything = {
  "jobs:stage": "all",
  "jobs:kmsKey": "create",
  "jobs:corsOrigins": "https://app.example.com",
  "jobs:domainName": "jobs.example.com",
  "jobs:certificateArn": `arn:aws:acm:eu-west-1:123456789012:certificate/${id}`,
  "jobs:subnetIds": ["subnet-0000001a"],
  "jobs:vpcId": "vpc-0000004d",
  "jobs:alarmEmail": "ops@example.com",
  "jobs:tracing": true,
  "jobs:warmWrites": 10_000,
  "jobs:warmReads": 20_000,
};
const apps = {
  default: {},
  everything,
  iam: { "jobs:auth": "iam", "jobs:kmsKey": `arn:aws:kms:eu-west-1:123456789012:key/${id}` },
};

const [folder = "cdk.out"] = process.argv.slice(2);
for (const [name, settings] of Object.entries(apps)) {
  const app = testApp(settings, { outdir: `${folder}/${name}` });
  addJobs(app, [...products, inAws]);
  app.synth();
}
