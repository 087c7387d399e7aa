/** At the end of a run, names the tests that were left out because the server that they need is not installed. */
// biome-ignore lint/style/noDefaultExport: jest takes a reporter from a default export
export default class {
  onRunComplete(_contexts, { testResults }) {
    const all = testResults.flatMap((file) => file.testResults);
    const leftOut = all.filter(({ status }) => status === "todo").map(({ title }) => title);
    if (leftOut.length > 0) console.warn(["\nLeft out:", ...leftOut].join("\n  "));
  }
}
