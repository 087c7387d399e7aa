import { explained } from "../../../keys/explained.ts";
import { KeysError } from "../../../keys/keys-error.ts";

const where = { stage: "dev", table: "jobs-table", local: false };
const named = (name: string, message = "") => Object.assign(new Error(message), { name });

it.each([
  [
    named("CredentialsProviderError", "Could not load credentials"),
    /^There are no AWS credentials: set AWS_PROFILE.*--local/,
  ],
  [named("Error", "Region is missing"), /AWS_REGION/],
  [named("ExpiredTokenException"), /log in again/],
  [named("AccessDeniedException"), /dynamodb:PutItem, Query and UpdateItem/],
  [named("AccessDenied"), /cloudformation:DescribeStacks/],
  [named("ResourceNotFoundException"), /no table jobs-table/],
  [named("ValidationError", "Stack with id x does not exist"), /no deployment of the stage "dev".*--stage/],
])("%s of AWS is told in words that help", async (error, says) => {
  const thrown = await explained(where, () => Promise.reject(error)).catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(KeysError);
  expect((thrown as Error).message).toMatch(says);
});

it("what nobody foresaw stays as it is", async () => {
  const error = new Error("boom");
  await expect(explained(where, () => Promise.reject(error))).rejects.toBe(error);
});
