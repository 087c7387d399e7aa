import type { Outcome } from "../../support/poison/batch.ts";
import { inProcess } from "../../support/poison/in-process.ts";

/**
 * What a server may send that does not speak the protocol of its URL, or not well, before and after its client has spoken: the
 * process must live, and the jobs fail. The answers of real servers are in the tests of each client.
 */
test.each(["PostgreSQL", "MySQL", "MongoDB", "RabbitMQ", "Kafka", "SMTP"])(
  "no bytes from a server (%s) end the process",
  async (name) => {
    const ended = await inProcess("sockets.ts", name);
    const [last] = ended.said.splice(-1);
    // MySQL's driver says there what is wrong with the order of packets.
    const errors = ended.errors.replaceAll(/^Warning: got packets out of order.*\n/gm, "");
    expect({ code: ended.code, errors, last }).toEqual({ code: 0, errors: "", last: "alive" });
    const said = ended.said as { which: string; outcomes: Outcome[] }[];
    expect(said.length).toBeGreaterThan(30);
    for (const { which, outcomes } of said) {
      for (const { status, code, attempts } of outcomes) {
        expect({ which, status, code, attempts }).toEqual({
          which,
          status: "failed",
          code: expect.stringMatching(/^(?!CRASHED)/),
          attempts: 1,
        });
      }
    }
  },
  180_000,
);
