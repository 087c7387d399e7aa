import { lineWorld } from "./test/support/line/world.ts";
import { noon } from "./test/support/builders.ts";
import { displacement, mostIn, used, quantile, writesOf } from "./test/support/line/measures.ts";
const which = process.argv[2];
const log = console.log;
if (which === "dup") {
  const world = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } } });
  world.queues.ticks.settings.duplicates = 1;
  const seen: string[] = [];
  world.watch.call = (c, by) => { if (c === "ticks.send") seen.push(`${world.now().toFixed(0)} ${by.purpose} ${by.calls.join(",")}`); };
  for (let i = 0; i < 600; i++) world.put("l");
  await world.run(20_000);
  log(seen.slice(0, 12).join("\n")); log(seen.length); log(seen.slice(100,110).join("\n"));
}
if (which === "c15") {
  const world = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } }, lag: 15_000, seed: 1 });
  for (let i = 0; i < 600; i++) world.put("l");
  for (let t = 0; t < 20; t++) { await world.run(10_000); log(world.now(), world.runs.starts.length, world.gate("l")?.waiters.length, JSON.stringify(world.gate("l")?.parts.get(0)?.line), Object.keys(world.gate("l")?.pump?.called ?? {}).length, world.gate("l")?.pump?.lag, world.gate("l")?.pump?.period); }
}
if (which === "crowd") {
  const world = await lineWorld({ limits: { l: { concurrency: 1 } }, runMs: 0 });
  const seen: string[] = [];
  for (let i = 0; i < 300; i++) world.put("l");
  await world.run(3000);
  world.watch.call = (c, by) => { if (by.purpose === "consumer") seen.push(`${world.now().toFixed(0)} ${c}`); };
  await world.run(400);
  log(seen.join("\n"));
}
if (which === "two") {
    const world = await lineWorld({
      limits: { a: { concurrency: 2 }, b: { concurrency: 2 } },
      events: { a: { limits: ["a"] }, b: { limits: ["b"] }, both: { limits: ["a", "b"] } },
      lag: Number(process.argv[3] ?? 5000),
      runMs: 3000,
    });
    for (let i = 0; i < 390; i++) {
      world.put("a"); world.put("b");
      if (i % 4 === 0) world.put("both");
      await world.run(2300);
      if (i % 40 === 0) log(world.now(), world.gate("a")?.waiters.length, world.gate("b")?.waiters.length, world.runs.starts.length);
    }
    for (const e of ["a","b","both"]) { const s = world.runs.starts.filter((x) => x.event === e); const w = s.map((x) => x.at - x.order); log(e, s.length, quantile(w, .5), quantile(w, .95), quantile(w, 1)); }
    log(world.sent, world.writes);
}
if (which === "pause") {
  const { default: _ } = { default: 0 };
  const postPauses = await import("./lambdas/api/routes/post-pauses.ts"); const deletePause = await import("./lambdas/api/routes/delete-pause.ts");
    const world = await lineWorld({ limits: { l: { rate: { limit: 1, period: "10s" } } } });
    const jobs = Array.from({ length: 14 }, (_, i) => world.put("l", { due_at: noon - 1000 + i }));
    await world.run(5000);
    const { body: pause } = await world.ask(postPauses, { body: { product_tag: "shop", env: "prd", reason: "m" } });
    await world.run(240000);
    await world.ask(deletePause, { params: { id: (pause as any).id } });
    await world.run(240000);
    log(world.runs.starts.map((s) => `${((s.at - noon) / 1000).toFixed(1)}:${s.order - noon + 1000}`).join(" "));
}
if (which === "prof") {
  const t = performance.now();
  const world = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } }, lag: Number(process.argv[3] ?? 0) });
  for (let s = 0; s < 20; s++) { for (let i = 0; i < 160; i++) world.put("l"); await world.run(1000); }
  log("put", performance.now() - t, world.writes);
  for (let s = 0; s < 28; s++) { await world.run(10_000); }
  log(performance.now() - t, world.runs.starts.length, used(world.runs.starts, 10, noon + 100_000, noon + 300_000), mostIn(world.runs.starts, 1000), world.writes, world.sent);
}
if (which === "lent") {
  const world = await lineWorld({ limits: { l: { concurrency: 3, rate: { limit: 2, period: "1s" } } }, lag: Number(process.argv[3] ?? 0), runMs: Number(process.argv[4] ?? 1000) });
  for (let i = 0; i < 200; i++) world.put("l");
  for (let t = 0; t < 12; t++) { await world.run(10_000); log(world.now(), world.runs.starts.length, world.gate("l")?.waiters.length, JSON.stringify(world.gate("l")?.parts.get(0)?.line), Object.keys(world.gate("l")?.pump?.called ?? {}).length, world.gate("l")?.pump?.lag, world.gate("l")?.pump?.period); }
  log(mostIn(world.runs.starts, 1000), mostIn(world.runs.starts, 10000), world.runs.most("l"), world.writes, world.sent);
}
if (which === "lags") {
  for (const [lag, tickLag] of [[0,0],[2000,2000],[5000,5000],[15000,0],[15000,15000],[[0,10000],[0,10000]]] as any) {
    const t = performance.now();
    const world = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } }, lag, tickLag, seed: Number(process.argv[3] ?? 1) });
    for (let i = 0; i < 20; i++) { for (let j = 0; j < 160; j++) world.put("l"); await world.run(1000); }
    await world.run(280_000);
    const S = world.runs.starts;
    log(JSON.stringify([lag, tickLag]), "used 100-300:", used(S, 10, noon + 100_000, noon + 300_000).toFixed(3), "0-100:", used(S, 10, noon, noon + 100_000).toFixed(3), "most 1s", mostIn(S, 1000), "order p95", displacement(S).p95, "ticks", world.sent.ticks, "msgs/job", (world.sent.jobs / S.length).toFixed(2), "gate writes/job", (writesOf(world.writes, "gates.") / S.length).toFixed(2), (performance.now() - t).toFixed(0), "ms");
    const w2 = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } }, lag, tickLag, seed: Number(process.argv[3] ?? 1) });
    for (let j = 0; j < 600; j++) w2.put("l");
    await w2.until(() => w2.runs.starts.length >= 600, 300_000);
    log("   600 jobs in", (w2.now() / 1000).toFixed(1), "s");
  }
}
if (which === "tail") {
  const world = await lineWorld({ limits: { l: { rate: { limit: 10, period: "1s" } } }, lag: 15_000, seed: 1 });
  const send = world.queues.jobs.send; const sends = new Map<string, string[]>();
  world.queues.jobs.send = (m, d) => { const l = sends.get(m.message.job_id) ?? []; l.push(`${(world.now()/1000).toFixed(1)}+${d}${m.calls ? " called at " + ((m.calls.limits.l?.at ?? 0) - noon)/1000 + " r" + (m.calls.returns ?? 0) : ""}`); sends.set(m.message.job_id, l); send(m, d); };
  for (let i = 0; i < 600; i++) world.put("l");
  await world.run(140_000);
  for (const s of world.runs.starts.slice(-14)) log(((s.at - noon) / 1000).toFixed(1), s.job.slice(4, 28).replace(/^0+/, ""), sends.get(s.job)!.join(" | "));
  const n = new Map<number, number>(); for (const l of sends.values()) n.set(l.length, (n.get(l.length) ?? 0) + 1); log(n);
}
if (which === "pin5") {
  const putLimit = await import("./lambdas/api/routes/put-limit.ts");
  const world = await lineWorld({ limits: { l: { concurrency: 100 } }, concurrency: 400 });
  let now = 100;
  const seen: string[] = [];
  world.watch.call = (c, by) => {};
  world.runs.watch((job, atWork) => { if (atWork("l") > now) log("OVER", world.now().toFixed(0), job.id, atWork("l"), "holders", [...world.gate("l")!.parts.entries()].map(([n, p]) => `${n}:${Object.entries(p.holders).map(([k, h]) => k.slice(20,28) + (h.given ? "g" : "") + (h.lease - noon - world.now()).toFixed(0)).join(",")}`).join(" ")); });
  const jobs = []; for (let i = 0; i < 300; i++) jobs.push(world.put("l", { ms: world.random.int(5000, 30_000), timeout_ms: 60000 }));
  await world.run(12_000);
  await world.ask(putLimit, { params: { product: "shop", env: "prd", name: "l" }, body: { concurrency: 5, until: new Date(noon + 3600_000).toISOString() } });
  log("pinned", world.now());
  await world.run(6000); now = 5;
  log(world.runs.atWork("l"));
  await world.run(70_000);
}
