import { inspect } from "node:util";
import { resolveConfig } from "../../../sdk/src/config.ts";
import { ConfigurationError, createDuctape, ductape } from "../../../sdk/src/index.ts";
import { realRuntime } from "../../../sdk/src/runtime.ts";
import { anOrder, apiKey, completedJob, fakeApi, jobId, rejection } from "./fake-api.ts";

const url = "https://jobs.example.com";

describe("the client of the environment", () => {
  const before = { ...process.env };
  beforeEach(() => {
    delete process.env.DUCTAPE_URL;
    delete process.env.DUCTAPE_API_KEY;
  });
  afterAll(() => {
    process.env = before;
  });

  test("rejects the first call with what to set", async () => {
    await using api = await fakeApi([{ body: completedJob("done") }]);
    const error = await rejection(ductape.processor.job.schedule(anOrder()));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(/Set DUCTAPE_URL.*\n.*Set DUCTAPE_API_KEY/s),
    });
    process.env.DUCTAPE_URL = `${api.url}/`;
    process.env.DUCTAPE_API_KEY = apiKey;
    expect(await ductape.processor.job.schedule(anOrder())).toBe("done");
    expect(await ductape.jobs.get(jobId)).toEqual(completedJob("done"));
  });
});

describe("createDuctape", () => {
  test.each([
    [{ url }, /DUCTAPE_API_KEY/],
    [{ apiKey }, /DUCTAPE_URL/],
    [{ url: "jobs.example.com", apiKey }, /http or https/],
    [{ url: "ftp://jobs.example.com", apiKey }, /http or https/],
    [{ url: "https://user:pass@jobs.example.com", apiKey }, /no user/],
    [{ url, apiKey: `${apiKey}\nx` }, /characters/],
    [{ url, apiKey, maxRetries: -1 }, /maxRetries/],
    [{ url, apiKey, requestTimeout: Number.NaN }, /requestTimeout/],
  ])("refuses %j at once, without quoting a secret", (options, message) => {
    const create = () => createDuctape(options);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/pass@|not-a-real-key/);
  });

  test("uses the fetch it is given", async () => {
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(input);
      return Response.json(completedJob(1));
    };
    await createDuctape({ url: `${url}/base/`, apiKey, fetch }).jobs.get(jobId);
    expect(asked).toEqual([`${url}/base/v1/jobs/${jobId}`]);
  });

  test.each(["https://jobs.example.com/v1", "https://jobs.example.com/v1/", "https://jobs.example.com//"])(
    "accepts %s as the address of the API",
    (url) => {
      expect(resolveConfig({ url, apiKey: "dj_key" }).url).toBe("https://jobs.example.com");
    },
  );

  test("shows its key neither to the console nor to JSON", () => {
    const client = createDuctape({ url, apiKey });
    const shown = inspect(client, { depth: 20, showHidden: true }) + JSON.stringify(client);
    expect(shown).not.toContain(apiKey);
  });
});

describe("the client's clock", () => {
  test("sleeps, and rejects with the signal's reason", async () => {
    await realRuntime.sleep(1);
    const controller = new AbortController();
    const sleeping = rejection(realRuntime.sleep(60_000, controller.signal));
    controller.abort("up");
    expect(await sleeping).toBe("up");
    expect(await rejection(realRuntime.sleep(60_000, controller.signal))).toBe("up");
  });

  test("does not end a sleep of more than 24 days at once", async () => {
    let fired = false;
    const cancel = realRuntime.timer(2 ** 31 + 1000, () => {
      fired = true;
    });
    await realRuntime.sleep(3);
    cancel();
    expect(fired).toBe(false);
  });
});
