// Undo and redo of what the server may refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal } from '../../web/api.js';
import { item, later, world } from './world.mjs';

const busy = () => Promise.reject(new Refusal(503, {}, '2'));

test('an undo of a deletion that was refused can be tried again', async () => {
  const restored = [];
  let isBusy = true;
  const page = world({
    send: ({ kind, restore }) => {
      if (kind === 'remove') return Promise.resolve(null);
      restored.push(restore);
      return isBusy ? busy() : Promise.resolve(item(9));
    },
  });
  page.state.put(item(0));
  page.act({ kind: 'remove', task: '0' });
  await later();
  page.state.remove('0');
  for (isBusy of [true, false]) {
    page.history.revert('undo');
    await later();
  }
  assert.deepEqual(restored, ['0', '0']);
});

test('what was done to a card whose adding was refused leaves no step', async () => {
  const page = world({ send: busy });
  page.act({ kind: 'add', task: 'new-1', list: 'todo', name: 'x', at: 'bottom' });
  page.act({ kind: 'change', task: 'new-1', name: 'y' });
  await later();
  assert.deepEqual(page.history.stacks.undo, []);
});

test('a deletion that is refused takes its undo with it', async () => {
  let refuse;
  const kinds = [];
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(423, {}))));
  const page = world({ send: ({ kind }) => (kinds.push(kind), late) });
  page.state.put(item(0));
  page.act({ kind: 'remove', task: '0' });
  page.history.revert('undo');
  await later();
  refuse();
  await later();
  assert.deepEqual(kinds, ['remove']);
  assert.deepEqual(page.state.operations, []);
  assert.deepEqual(page.history.stacks, { undo: [], redo: [] });
});

test('a redo of what another deleted is refused as a redo', async () => {
  const page = world({ send: async ({ task }) => item(Number(task), { name: 'b' }, 'new') });
  page.state.put(item(0));
  page.act({ kind: 'change', task: '0', name: 'b' });
  await later();
  page.state.put(item(0, { name: 'b' }, 'new'));
  page.history.revert('undo');
  await later();
  page.state.remove('0');
  page.history.revert('redo');
  assert.match(page.log.at(-1).reason, /^Not redone/);
});
