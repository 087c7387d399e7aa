/**
 * `node ask.mjs <bundle of the API> <requests as JSON>`: prints each answer's status and body as JSON.
 */
const [file, requests] = process.argv.slice(2);
const { handler } = await import(file);
const answers = [];
for (const { method, path, body } of JSON.parse(requests)) {
  const { statusCode, body: answer } = await handler(
    {
      version: "2.0",
      rawPath: path,
      headers: { "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
      requestContext: {
        http: { method, path },
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
