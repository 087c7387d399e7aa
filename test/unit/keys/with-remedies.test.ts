import { KeysError } from "../../../keys/keys-error.ts";
import { withRemedies } from "../../../keys/with-remedies.ts";

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
])("%s becomes a KeysError with a remedy", async (error, says) => {
  const thrown = await withRemedies(where, () => Promise.reject(error)).catch((caught: unknown) => caught);
  expect(thrown).toBeInstanceOf(KeysError);
  expect((thrown as Error).message).toMatch(says);
});

it("any other error of a key's command stays unchanged", async () => {
  const error = new Error("boom");
  await expect(withRemedies(where, () => Promise.reject(error))).rejects.toBe(error);
});
