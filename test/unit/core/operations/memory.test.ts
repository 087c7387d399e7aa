import { memoryOf, sharedRoom } from "../../../../lambdas/core/operations/memory.ts";
import { aJob } from "../../../support/builders.ts";

const megabyte = 1024 * 1024;
const jobOf = (bytes: number) => aJob({ input: { blob: "inputs/1", bytes } });
const never = new AbortController().signal;

describe("the inputs of a batch", () => {
  it("are loaded while there is room", () => {
    const memory = memoryOf(256);
    const admitted = Array.from({ length: 10 }, () => memory.admit(jobOf(4_400_000)) !== undefined);
    expect(admitted).toEqual([true, ...Array.from({ length: 9 }, () => false)]);
  });

  it("are all loaded if they are of the usual size", () => {
    const memory = memoryOf(256);
    const jobs = Array.from({ length: 10 }, () => jobOf(300_000));
    expect(jobs.every((job) => memory.admit(job))).toBe(true);
    expect(memory.admit(aJob())).toBeDefined();
  });

  it("have room again once a job has left", () => {
    const memory = memoryOf(256);
    const first = memory.admit(jobOf(4_400_000));
    expect(memory.admit(jobOf(4_400_000))).toBeUndefined();
    first?.leave();
    first?.leave();
    expect(memory.admit(jobOf(4_400_000))).toBeDefined();
    expect(memory.admit(jobOf(4_400_000))).toBeUndefined();
  });

  it("have room whatever their size if there is nothing else", () => {
    expect(memoryOf(128).admit(jobOf(400 * megabyte))).toBeDefined();
  });

  it("count with the progress of their job", () => {
    const memory = memoryOf(256);
    memory.admit(aJob({ progress: { blob: "progress/1", bytes: 4_400_000 } }));
    expect(memory.admit(jobOf(4_400_000))).toBeUndefined();
  });

  it("are more in a function with more memory", () => {
    const memory = memoryOf(1024);
    const admitted = Array.from({ length: 10 }, () => memory.admit(jobOf(4_400_000)) !== undefined);
    expect(admitted.filter(Boolean)).toHaveLength(6);
  });
});

describe("large answers in the memory of a batch", () => {
  const roomIn = (memory: ReturnType<typeof memoryOf>) => {
    const room = memory.admit(aJob());
    if (!room) throw new Error("no room");
    return room;
  };

  it("of one job that reads one after the other need no more than the largest, also where they come at once", async () => {
    const memory = memoryOf(256);
    const own = roomIn(memory);
    const room = sharedRoom(own);
    const large = 5_900_000;
    await room.forAnswer(large, never);
    await Promise.all([large, large - 1, large, large].map((bytes) => room.forAnswer(bytes, never)));
    const other = roomIn(memory);
    const ended = AbortSignal.abort(new Error("late"));
    await expect(other.forAnswer(large, ended)).rejects.toThrow("late");
    own.leave();
    await other.forAnswer(large, never);
  });

  it("of one job have room whatever they are together, where no other job holds any", async () => {
    const memory = memoryOf(256);
    const [own, other] = [roomIn(memory), roomIn(memory)];
    const large = 10 * megabyte;
    for (let read = 0; read < 3; read++) await own.forAnswer(large, never);
    const ended = AbortSignal.abort(new Error("late"));
    await expect(other.forAnswer(1, ended)).rejects.toThrow("late");
    own.leave();
    await other.forAnswer(large, never);
  });

  it("wait for each other", async () => {
    const memory = memoryOf(256);
    const [one, two] = [roomIn(memory), roomIn(memory)];
    await one.forAnswer(10 * megabyte, never);
    let read = false;
    const waiting = two.forAnswer(10 * megabyte, never).then(() => {
      read = true;
    });
    await new Promise(setImmediate);
    expect(read).toBe(false);
    one.leave();
    await waiting;
    expect(read).toBe(true);
  });

  it("end their wait with the attempt's timeout and take nothing", async () => {
    const memory = memoryOf(256);
    const [one, two, three] = [roomIn(memory), roomIn(memory), roomIn(memory)];
    await one.forAnswer(10 * megabyte, never);
    const attempt = new AbortController();
    const waiting = two.forAnswer(10 * megabyte, attempt.signal);
    attempt.abort(new Error("out of time"));
    await expect(waiting).rejects.toThrow("out of time");
    two.leave();
    one.leave();
    await three.forAnswer(10 * megabyte, never);
  });

  it("are given back once if their job has left meanwhile", async () => {
    const memory = memoryOf(256);
    const [late, other] = [roomIn(memory), roomIn(memory)];
    await late.forAnswer(2 * megabyte, never);
    await other.forAnswer(7 * megabyte, never);
    const waiting = late.forAnswer(5 * megabyte, never);
    late.leave();
    other.leave();
    await waiting;
    // Two answers of which only one has room: the first holds what there is.
    await roomIn(memory).forAnswer(8 * megabyte, never);
    let read = false;
    void roomIn(memory)
      .forAnswer(4 * megabyte, never)
      .then(() => {
        read = true;
      });
    await Promise.resolve();
    await Promise.resolve();
    expect(read).toBe(false);
  });
});
