/** Prints a line of JSON for each mutation: how many tests failed, and what broke where none could run. */
// biome-ignore lint/style/noDefaultExport: jest takes a reporter from a default export
export default class {
  onTestResult({ context }, { numFailingTests, testExecError }) {
    // The result of a test that has taken its process down has no name.
    const mutation = Number(context.config.displayName.name);
    console.log(JSON.stringify({ mutation, failed: numFailingTests, ...testExecError }));
  }
}
