import nodeCrypto from "node:crypto";
import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

/** Timers that this process waits for before it can end. Where Jest runs the tests without workers, its own are among them: then none count. */
const timersLeft = () =>
  process.send ? process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length : 0;
const graceMs = 500;

/** What all files of a worker share of Node, and some of them replace: each begins with it as Node has it. */
const shared = [crypto, performance, nodeCrypto].map((of) => ({ of, own: Object.getOwnPropertyDescriptors(of) }));

function giveBack() {
  for (const { of, own } of shared) {
    for (const name of Reflect.ownKeys(of)) if (!Object.hasOwn(own, name)) Reflect.deleteProperty(of, name);
    Object.defineProperties(of, own);
  }
}

/**
 * Jest's own environment for Node, with an ordinary global object. Jest makes a Proxy the global object of a test, to clean up behind it, and
 * each look at `Object`, `JSON` or `Promise` goes through that Proxy: tests that compute take twice as long.
 * https://nodejs.org/api/vm.html#when-vmconstantsdont_contextify-is-used
 */
// biome-ignore lint/style/noDefaultExport: jest takes an environment from a default export
export default class extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    this.file = relative(config.projectConfig.rootDir, context.testPath);
    this.isUnit = ["unit", "together"].includes(config.projectConfig.displayName?.name);
  }

  /** Jest ends by force a worker that has not ended after half a second, and says so of none of its files. */
  async teardown() {
    await super.teardown();
    giveBack();
    if (!this.isUnit || timersLeft() === 0) return;
    await sleep(graceMs);
    if (timersLeft() > 0) throw new Error(`${this.file} leaves ${timersLeft()} timers running.`);
  }
}
