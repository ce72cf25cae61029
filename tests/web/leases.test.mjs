// Leases towards the server: in which order they are asked for and given up.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Leases } from '../../web/leases.js';
import { item, world } from './world.mjs';

function page() {
  const calls = [];
  const gate = { shut: undefined };
  const api = {
    takeLease: async (task, activity, lease) => (calls.push(['take', lease]), { lease }),
    dropLease: (task, lease) => (calls.push(['drop', lease]), gate.shut),
  };
  return { calls, gate, leases: new Leases({}, api, 10_000) };
}

const later = () => new Promise((done) => setImmediate(done));

test('no change waits for a lease, as a server that fails to give or take one stops nobody', async () => {
  const never = () => new Promise(() => {});
  const { act, calls, leases, state } = world({ takeLease: never, dropLease: never });
  state.put(item(0));
  leases.take('0', 'dragging', () => {});
  act({ kind: 'change', task: '0', list: 'doing' });
  await later();
  leases.drop('0');
  act({ kind: 'change', task: '0', list: 'done' });
  await later();
  assert.deepEqual(calls.map(([kind]) => kind), ['change', 'change']);
});

test('a lease is asked for under an id of the page, so that a lost answer shuts nobody out', async () => {
  const { calls, leases } = page();
  const ask = leases.api.takeLease;
  leases.api.takeLease = (...given) => (ask(...given), Promise.reject(new Error('no answer')));
  leases.take('3', 'editing', () => {});
  const { id } = leases;
  assert.match(id, /^[0-9a-f-]{36}$/);
  leases.drop('3');
  await leases.leaving.get('3');
  assert.deepEqual(calls, [['take', id], ['drop', id]]);
});

test('a renewal under way is answered before the lease is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { calls, leases } = page();
  leases.take('3', 'dragging', () => {});
  await later();
  let answer;
  leases.api.takeLease = () => new Promise((done) => (answer = () => (calls.push(['renewed']), done({}))));
  t.mock.timers.tick(10_000);
  leases.drop('3');
  await later();
  answer();
  await leases.leaving.get('3');
  assert.deepEqual(calls.map(([what]) => what), ['take', 'renewed', 'drop']);
});

test('a renewal that the next one overtook is answered before the lease is given up, too', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { calls, leases } = page();
  leases.take('3', 'editing', () => {});
  await later();
  const answers = [];
  leases.api.takeLease = () => new Promise((done) => answers.push(() => (calls.push(['renewed']), done({}))));
  for (const _ of ['late', 'overtaking']) (t.mock.timers.tick(10_000), await later());
  leases.drop('3');
  answers[1]();
  await later();
  answers[0]();
  await leases.leaving.get('3');
  assert.deepEqual(calls.map(([what]) => what), ['take', 'renewed', 'renewed', 'drop']);
});

test('what was done under an earlier lease leaves a later one alone', async () => {
  const { leases } = page();
  leases.take('3', 'dragging', () => {});
  const earlier = leases.held.get('3');
  leases.drop('3');
  leases.take('3', 'editing', () => {});
  const held = leases.held.get('3');
  leases.drop('3', earlier);
  assert.equal(leases.held.get('3'), held);
  leases.drop('3', held);
  assert.equal(leases.held.size, 0);
});

test('all who share a lease are told that it is refused', async () => {
  const { leases } = page();
  leases.api.takeLease = () => Promise.reject({ status: 423, message: 'ann has it' });
  const told = [];
  leases.take('3', 'editing', (reason) => told.push(['editor', reason]));
  leases.take('3', 'dragging', (reason) => told.push(['drag', reason]));
  await later();
  await later();
  assert.deepEqual(told, [['editor', 'ann has it'], ['drag', 'ann has it']]);
});

test('a change under way names the lease that is taken meanwhile, and the one after that', async () => {
  const named = [];
  const { act, calls, leases, state } = world({ send: (operation, revision, lease) => (named.push(lease), new Promise(() => {})) });
  state.put(item(0));
  act({ kind: 'change', task: '0', list: 'doing' });
  await later();
  for (const activity of ['editing', 'dragging']) {
    leases.take('0', activity, () => {});
    leases.drop('0');
    await leases.leaving.get('0');
  }
  const taken = calls.filter(([what]) => what === 'take').map(([, , lease]) => lease);
  assert.ok(named[0]);
  assert.deepEqual(taken, [named[0], named[0]]);
});
