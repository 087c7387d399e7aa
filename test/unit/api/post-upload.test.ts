import { allScopes } from "../../../lambdas/core/access/scopes.ts";
import { fakeApi } from "../../support/api.ts";
import { noon } from "../../support/builders.ts";
import type { Asked } from "../../support/http-event.ts";

const asked = { product_tag: "my-product", env: "prd", size: 3 };

function api() {
  const world = fakeApi();
  return {
    ...world,
    post: (body: unknown, more: Partial<Asked> = {}) =>
      world.ask({ method: "POST", path: "/v1/uploads", body, ...more }),
  };
}

describe("POST /v1/uploads", () => {
  it("answers where to PUT the file, and its id", async () => {
    const { post, blobs } = api();
    const { status, body } = await post({ ...asked, fileName: "a/photo.png", size: 3, mimeType: "image/png" });
    expect(status).toBe(201);
    expect(body).toEqual({
      upload_id: expect.stringMatching(/^upl_[0-9a-f]{32}$/),
      url: expect.any(String),
      method: "PUT",
      headers: { "content-type": "image/png", "if-none-match": "*" },
      expires_at: noon + 3_600_000,
    });
    expect(blobs.receive(body.url, Buffer.from("four"), "image/png")).toBe(403);
    expect(blobs.receive(body.url, Buffer.from("png"), "image/png")).toBe(200);
    expect(blobs.receive(body.url, Buffer.from("pmg"), "image/png")).toBe(412);
    expect([...blobs.blobs.keys()]).toEqual([`uploads/my-product/prd/${body.upload_id}`]);
  });

  it("needs no type, and gives each id once", async () => {
    const { post } = api();
    const answers = await Promise.all([post(asked), post(asked)]);
    expect(answers).toMatchObject([{ status: 201, body: { headers: { "if-none-match": "*" } } }, { status: 201 }]);
    expect(answers[0].body.upload_id).not.toBe(answers[1].body.upload_id);
  });

  it.each([
    ["a name that leaves its folder", { ...asked, fileName: "../x" }, 400, "/fileName"],
    ["no size, since nothing else could limit the file", { ...asked, size: undefined }, 400, "/size"],
    ["a size beyond the deployment's limit", { ...asked, size: 1024 ** 3 + 1 }, 400, "/size"],
    ["a size S3 does not take at once", { ...asked, size: 6e9 }, 400, "/size"],
    ["a type that is none", { ...asked, mimeType: "png\r\nx: y" }, 400, "/mimeType"],
    ["an unknown field", { ...asked, filename: "x" }, 400, "/filename"],
    ["an unknown product", { ...asked, product_tag: "my-produkt" }, 404, "/product_tag"],
    ["an unknown env", { ...asked, env: "prod" }, 404, "/env"],
  ])("refuses %s", async (_what, body, status, pointer) => {
    expect(await api().post(body)).toMatchObject({ status, body: { status, errors: [{ pointer }] } });
  });

  it.each([
    ["of another env", { ...allScopes, envs: ["dev"] }],
    ["that may only read", { ...allScopes, verbs: ["jobs:read" as const] }],
  ])("is forbidden to a key %s", async (_what, scopes) => {
    expect(await api().post(asked, { scopes })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  });
});
