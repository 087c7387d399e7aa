import { App } from "aws-cdk-lib/core";
import { products } from "../products/index.ts";
import { addJobs } from "./jobs-app.ts";
import { SetupError } from "./settings/setup-error.ts";

try {
  addJobs(new App(), products);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
