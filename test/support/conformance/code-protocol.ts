import { besideFaultsOf, faultsOf, protocolCases } from "../code/protocol.ts";

/** What a server of code answers to the messages of the engine: each implementation of the protocol passes these. */
export function codeProtocol(name: string, start: () => Promise<string>): void {
  describe(`${name} answers the messages of the engine`, () => {
    let url = "";
    beforeAll(async () => {
      url = await start();
    }, 60_000);

    it.each(protocolCases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
      expect(await faultsOf(url, one)).toEqual([]);
    });

    it("the same message twice, at the same time", async () => {
      expect(await besideFaultsOf(url)).toEqual([]);
    });
  });
}
