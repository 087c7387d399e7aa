import { App, Stack } from "aws-cdk-lib";
import { DuctapeJobs } from "ductape-jobs/cdk";

const stack = new Stack(new App(), "{{name}}");
new DuctapeJobs(stack, "Jobs", { catalog: "./products/index.ts" });
