import { createServer } from "node:http";

/**
 * `node ask.mjs <bundle of the API> <requests as JSON>`: prints each answer's status and body as JSON. Its table is empty, and the
 * condition of every update fails.
 */
const [file, requests] = process.argv.slice(2);
const table = createServer((request, response) => {
  const isUpdate = request.headers["x-amz-target"]?.endsWith(".UpdateItem");
  const failed = { __type: "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", message: "no" };
  request.resume().on("end", () => {
    response.writeHead(isUpdate ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(isUpdate ? failed : { Items: [], Count: 0 }));
  });
});
await new Promise((resolve) => table.listen(0, "127.0.0.1", resolve));
process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${table.address().port}`;
const { handler } = await import(file);
const answers = [];
for (const { method, path, body } of JSON.parse(requests)) {
  const [rawPath, rawQueryString = ""] = path.split("?");
  const { statusCode, body: answer } = await handler(
    {
      version: "2.0",
      rawPath,
      rawQueryString,
      queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      requestContext: {
        http: { method, path: rawPath },
        requestId: "1",
        authorizer: { lambda: { scopes: '{"products":["*"],"envs":["*"],"verbs":["jobs:admin"]}' } },
      },
    },
    {},
  );
  answers.push({ status: statusCode, body: JSON.parse(answer) });
}
// Clients keep connections, and a pipe takes no more than it can hold at once.
process.stdout.write(`\n${JSON.stringify(answers)}`, () => process.exit());
