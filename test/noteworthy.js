/** At the end of a run, names the tests that were left out because the server that they need is not installed, and those that passed only when tried again. */
// biome-ignore lint/style/noDefaultExport: jest takes a reporter from a default export
export default class {
  onRunComplete(_contexts, { testResults }) {
    const all = testResults.flatMap((file) => file.testResults);
    const leftOut = all.filter(({ status }) => status === "todo").map(({ title }) => title);
    if (leftOut.length > 0) console.warn(["\nLeft out:", ...leftOut].join("\n  "));
    const again = all.filter(({ status, invocations }) => status === "passed" && invocations > 1);
    if (again.length > 0) {
      console.warn(["\nPassed only when tried again:", ...again.map(({ fullName }) => fullName)].join("\n  "));
    }
  }
}
