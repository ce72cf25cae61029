// A card carried by keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal } from '../../web/api.js';
import { item, later, world } from './world.mjs';

globalThis.document ??= /** @type {any} */ ({});
const { Carry } = await import('../../web/keys.js');

function carrying(server) {
  const page = world(server);
  [0, 1].forEach((index) => page.state.put(item(index)));
  const hands = { view: () => page.state.view(), draw() {}, act: page.act, fail() {}, say() {} };
  return { ...page, carry: new Carry(page.state, page.leases, hands) };
}

test('the refusal of one card puts no other back', async () => {
  let refuse;
  const late = new Promise((_, reject) => (refuse = () => reject(new Refusal(423, {}))));
  const { carry, leases } = carrying({ takeLease: (task) => (task === '0' ? late : Promise.resolve({})) });
  carry.lift('0');
  carry.to({ list: 'doing' });
  carry.drop();
  carry.lift('1');
  refuse();
  await later();
  assert.equal(carry.operation?.task, '1');
  leases.drop('1');
});

test('a card carried there and back is not sent', async () => {
  const { carry, calls } = carrying();
  carry.lift('0');
  carry.to({ list: 'todo', after: '1' });
  carry.to({ list: 'todo', after: undefined, before: '1' });
  carry.drop();
  await later();
  assert.deepEqual(calls.map(([what]) => what), ['take', 'drop']);
});

test('a card carried on after an undo of its change is still carried', () => {
  const { carry, state } = carrying();
  state.add({ id: 'id-1', kind: 'change', task: '0', name: 'b', phase: 'sent', marks: ['id-1'] });
  carry.lift('0');
  carry.to({ list: 'doing' });
  state.add({ id: 'id-2', kind: 'change', task: '0', name: 't0', phase: 'sent', marks: ['id-2'] });
  state.put(item(0, { op: 'id-2' }, 'newer'));
  assert.deepEqual(state.operations, [carry.operation]);
  carry.drop(true);
});

test('a card that has no lease yet gives none up after it was carried', () => {
  const { carry, state } = carrying();
  state.add({ id: 'id-1', kind: 'add', task: 'new-1', name: 'milk', list: 'todo', phase: 'sent' });
  carry.lift('new-1');
  carry.to({ list: 'doing' });
  carry.drop();
  assert.equal(state.operations.at(-1)?.lease, undefined);
});

test('a card put back for a refused lease is said to be so once', async () => {
  const { carry } = carrying({ takeLease: () => Promise.reject(new Refusal(423, { lease: { by: 'ann', activity: 'editing' } })) });
  const said = [];
  carry.hands.say = carry.hands.fail = (words) => said.push(words);
  carry.lift('0');
  await later();
  assert.deepEqual(said.filter((words) => words.includes('Put back.')), ['Put back. ann is editing it. Try again when they are done.']);
});
