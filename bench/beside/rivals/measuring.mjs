/** Prints what a system makes of the workload: `run` answers with the times of a run's steps, `signal` with the delay of one. */
export async function print({ turns, steps, runs, stepsOfRun, signals }, run, signal) {
  await run("inTurn", 5);
  const measured = { inTurn: [], atOnce: [], all: [], signals: [] };
  for (let i = 0; i < turns; i++) {
    measured.inTurn.push(await run("inTurn", steps));
    measured.atOnce.push(await run("atOnce", steps));
  }
  measured.all = await Promise.all(Array.from({ length: runs }, () => run("inTurn", stepsOfRun)));
  for (let n = 0; n < signals; n++) measured.signals.push(await signal(n));
  console.log(JSON.stringify(measured));
}
