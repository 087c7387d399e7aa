import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

/**
 * Jest's own environment for Node, with an ordinary global object. Jest makes a Proxy the global object of a test, to clean up behind it, and
 * each look at `Object`, `JSON` or `Promise` goes through that Proxy: tests that compute take twice as long.
 * https://nodejs.org/api/vm.html#when-vmconstantsdont_contextify-is-used
 */
// biome-ignore lint/style/noDefaultExport: jest takes an environment from a default export
export default class extends TestEnvironment {
  constructor(...given) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...given);
    } finally {
      vm.createContext = createContext;
    }
  }
}
