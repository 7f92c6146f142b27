// A workflow whose first task brings about nothing: a worker that does not know it takes the next task together with it.
import { condition, defineSignal, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';

const { act } = proxyActivities<{ act(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

export const go = defineSignal('go');
export const ask = defineUpdate<string>('ask');

export async function actsWhenTold(): Promise<void> {
  let isTold = false;
  setHandler(go, () => void (isTold = true));
  setHandler(ask, () => 'answered');
  await condition(() => isTold);
  await act();
}
