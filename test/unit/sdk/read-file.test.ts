import { fileURLToPath } from "node:url";
import { rejection } from "./fake-api.ts";
import { faked } from "./faked.ts";

describe("readFile", () => {
  const file = fileURLToPath(new URL("../../../sdk/package.json", import.meta.url));

  test.each(["processor.storage.readFile", "storage.readFile", "storage.files.read"])(
    "(%s) returns a file in base64",
    async (name) => {
      const { client } = faked();
      const readFile = name.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], client);
      const { buffer, ...rest } = await (readFile as typeof client.storage.readFile)(file);
      expect(rest).toEqual({ fileName: "package.json", mimeType: "application/json" });
      expect(JSON.parse(Buffer.from(buffer, "base64").toString())).toMatchObject({ name: "ductape-sdk" });
    },
  );

  test("returns an empty type for an unknown extension", async () => {
    const { client } = faked();
    const licence = fileURLToPath(new URL("../../../sdk/LICENSE", import.meta.url));
    expect(await client.storage.readFile(licence)).toMatchObject({ fileName: "LICENSE", mimeType: "" });
    expect(await client.storage.readFile(fileURLToPath(import.meta.url))).toMatchObject({ mimeType: "" });
  });

  test("rejects with the file system's error, and refuses a URL", async () => {
    const { client } = faked();
    expect(await rejection(client.storage.readFile("/no/such/file"))).toMatchObject({ code: "ENOENT" });
    expect(await rejection(client.storage.readFile({ storage: "documents" } as never))).toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("path of a file"),
    });
  });

  test("says what to do in a runtime without a file system", async () => {
    const { client } = faked();
    const { getBuiltinModule } = process;
    process.getBuiltinModule = undefined as never;
    try {
      expect(await rejection(client.storage.readFile(file))).toMatchObject({
        code: "CONFIGURATION_ERROR",
        message: expect.stringMatching(/Node's file system.*arrayBuffer/),
      });
    } finally {
      process.getBuiltinModule = getBuiltinModule;
    }
  });
});
