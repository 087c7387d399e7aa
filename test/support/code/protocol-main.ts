import { besideFaultsOf, faultsOf, protocolCases, protocolSecret } from "./protocol.ts";

/*
 * `npm run protocol -- URL`: whether a server of code answers the engine's messages, in whatever language it is written. It has to offer
 * the functions of protocol-functions.ts.
 */
const [, , url] = process.argv;
if (url === undefined) {
  console.error(
    `Usage: npm run protocol -- URL\n\nURL offers the functions of test/support/code/protocol-functions.ts, signed by ${protocolSecret}`,
  );
  process.exit(2);
}
const cases = [
  ...protocolCases.map((one) => ({ name: one.name, faults: () => faultsOf(url, one) })),
  { name: "the same message twice runs twice, at the same time", faults: () => besideFaultsOf(url) },
];
for (const { name, faults } of cases) {
  const found = await faults().catch((error: Error) => [`${error.message}: ${String(error.cause ?? "")}`]);
  console.log(`${found.length === 0 ? "ok  " : "FAIL"} ${name}`);
  for (const fault of found) console.log(`     ${fault}`);
  if (found.length > 0) process.exitCode = 1;
}
