import { Readable } from "node:stream";
import { eachBoundedLine } from "../../../local/code/each-bounded-line.ts";
import { jobOutput } from "../../../local/code/job-output.ts";

const job = { job_id: "job_1" };

describe("what a function writes on this machine", () => {
  it("stands behind its job, a line of the log by its message and fields", () => {
    const lines: string[] = [];
    const write = jobOutput((line) => void lines.push(line));
    write("plain", job);
    write(
      '{"level":"INFO","message":"found","timestamp":"t","sku":"A","job_id":"job_1","function":"f","attempt":1}',
      job,
    );
    write('{"level":"ERROR","message":"lost","timestamp":"t"}', job);
    write('{"level":', job);
    write("of a handler", { run: { id: "job_2" } });
    write("at the start", undefined);
    expect(lines).toEqual([
      "job_1  plain",
      'job_1  found {"sku":"A"}',
      "job_1  ERROR lost",
      'job_1  {"level":',
      "job_2  of a handler",
      "at the start",
    ]);
  });

  it("is shown up to a number of lines, for each job", () => {
    const lines: string[] = [];
    const write = jobOutput((line) => void lines.push(line));
    for (let i = 0; i < 5000; i++) write(`${i}`, job);
    write("other", { job_id: "job_2" });
    expect(lines.length).toBe(1002);
    expect(lines.slice(-2)).toEqual(["job_1  [more than 1000 lines: the rest is not shown]", "job_2  other"]);
  });

  it("is read in bounded memory, with and without ends of lines", async () => {
    const read = async (...chunks: string[]) => {
      const lines: string[] = [];
      const stream = Readable.from(chunks);
      eachBoundedLine(stream, (line) => void lines.push(line));
      await new Promise((resolve) => stream.once("close", resolve));
      return lines;
    };
    expect(await read("a\nb", "c\n", "\nd")).toEqual(["a", "bc", "", "d"]);
    const endless = Array.from({ length: 100 }, () => "x".repeat(65_536));
    expect((await read(...endless, "\nnext")).map(({ length }) => length)).toEqual([16_384, 4]);
  });
});
