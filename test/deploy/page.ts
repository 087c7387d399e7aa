import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { apiClient, Outputs } from "./deployment.ts";

interface System {
  call: ReturnType<typeof apiClient>;
  outputs(): Outputs;
}

const policy = /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/;

/** What a browser without a key gets at the address that the deployment prints. */
export function describePage({ call, outputs }: System): void {
  const open = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    call(method, path, { headers: { accept: "text/html,*/*", ...headers } });
  const filesOf = (page: string) =>
    [...page.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);

  test("has the API's address", () => {
    expect(outputs().DashboardUrl).toBe(`${outputs().ApiUrl}/`);
  });

  test("loads its own files only, and is revalidated at each request", async () => {
    const { status, headers, bytes } = await open("/");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "content-security-policy": expect.stringMatching(policy),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      etag: expect.stringMatching(/^"[\w-]{22}"$/),
    });
    expect(bytes.toString()).toContain('<script type="module"');
    expect((await open("/", { "if-none-match": String(headers.etag) })).status).toBe(304);
    expect((await open("/", {}, "HEAD")).bytes).toHaveLength(0);
  });

  test("serves its files compressed, to be cached forever", async () => {
    const files = filesOf((await open("/")).bytes.toString());
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) {
      const plain = await open(path);
      expect(plain).toMatchObject({
        status: 200,
        headers: { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" },
      });
      const br = await open(path, { "accept-encoding": "gzip, br" });
      expect(br.headers["content-encoding"]).toBe("br");
      expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
      const gzip = await open(path, { "accept-encoding": "gzip" });
      expect(gzip.headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    }
  });

  test("has no other file, and nothing of the local runtime", async () => {
    const missing = await open("/assets/no-such-file.js");
    expect([missing.status, missing.body]).toEqual([404, expect.stringContaining("There is no such page")]);
    const session = await open("/local/session", { "sec-fetch-site": "same-origin" });
    expect([session.status, session.bytes.toString()]).toEqual([404, expect.not.stringContaining("api_key")]);
  });
}
