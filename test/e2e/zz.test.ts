import { expect, test } from 'vitest';
import { faultSiteForTest } from '../support/fault-fixture.js';
test.each([1,2,3])('burst %i', async () => {
  const site = await faultSiteForTest();
  const reloads = site.reloads();
  const t0 = performance.now(); const times: number[] = [];
  const f = async (host: number): Promise<void> => {
    for (let i = 0; i < 50; i++) { await site.changeHost(host); times.push(performance.now()-t0); }
  };
  await Promise.all(Array.from({ length: 20 }, (_, i) => f(i + 1)));
  const t1 = performance.now();
  await site.settled();
  const gaps = times.slice(1).map((t,i)=>t-(times[i]??0)).filter(g=>g>18).map(Math.round);
  console.log('reloads', site.reloads() - reloads, 'puts ms', t1 - t0, 'gaps>18', gaps.join(), (await site.logTail()).match(/"causeCount":\d+/g)?.join());
});
