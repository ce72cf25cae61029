/** Time, chance and memory of the machine. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kept, now, uuid4 } from '../../web/machine.js';

test('uuid4 says that it is random', () => {
  assert.match(uuid4(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('time goes on though the clock is set back', ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 1000 });
  const before = now();
  mock.timers.setTime(Date.now() - 3_600_000);
  assert.equal(now(), before);
  mock.timers.setTime(Date.now() + 250);
  assert.equal(now(), before + 250);
});

test('a page that may keep nothing has a memory all the same', () => {
  kept.draft = 'text'; // Node has no sessionStorage, and to ask for a blocked one throws as well
  assert.equal(kept.draft, 'text');
});

test('what a full memory does not take is known until the reload, and no older text comes back', async () => {
  const stored = { draft: 'older', other: 'x' };
  const methods = { setItem: () => { throw new Error('full'); }, removeItem: (key) => delete stored[key] };
  globalThis.sessionStorage = new Proxy(stored, { get: (own, key) => methods[key] ?? own[key] });
  const { kept: full } = await import('../../web/machine.js?full');
  assert.deepEqual([full.draft, full.other], ['older', 'x']);
  full.draft = 'newer';
  assert.equal(full.draft, 'newer');
  assert.deepEqual(stored, { other: 'x' });
  delete full.other;
  assert.deepEqual([full.other, stored], [undefined, {}]);
});
