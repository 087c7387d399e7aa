/**
 * `node start-code.mjs <bundle>`, with a message on its standard input: imports the code of a product, gives it the message, and prints how
 * long each took.
 */
import { json } from "node:stream/consumers";

const message = await json(process.stdin);
const cpu = process.cpuUsage();
const begin = performance.now();
const { handler } = await import(process.argv[2]);
const imported = performance.now();
const answer = await handler(message);
const answered = performance.now();
const { user, system } = process.cpuUsage(cpu);
if (answer.refuse ?? answer.fault ?? answer.outcome?.is === "failed") throw new Error(JSON.stringify(answer));
console.log(JSON.stringify({ importMs: imported - begin, initMs: answered - imported, cpuMs: (user + system) / 1000 }));
process.exit();
