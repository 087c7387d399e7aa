/** Prints a line of JSON for each mutation: how many tests failed, and what broke where none could run. */
// biome-ignore lint/style/noDefaultExport: jest takes a reporter from a default export
export default class {
  onTestResult(_test, { displayName, numFailingTests, testExecError }) {
    console.log(JSON.stringify({ mutation: Number(displayName.name), failed: numFailingTests, ...testExecError }));
  }
}
