// Leases towards the server: in which order they are asked for and given up.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Leases } from '../../web/leases.js';

function page() {
  const calls = [];
  const gate = {};
  const api = {
    takeLease: async (task, activity, lease) => (calls.push(['take', lease]), { lease }),
    dropLease: (task, lease) => new Promise((answer) => (calls.push(['drop', lease]), (gate.open = answer))),
  };
  return { calls, gate, leases: new Leases({ ownLeases: new Set() }, api, 10_000) };
}

test('what follows an edit waits until its lease is given up', async () => {
  const { gate, leases } = page();
  leases.take('3', 'editing', () => {});
  await leases.idOf('3');
  leases.drop('3');
  let isFree = false;
  const next = leases.idOf('3').then((id) => ((isFree = true), id));
  await new Promise((later) => setImmediate(later));
  assert.equal(isFree, false);
  gate.open();
  assert.equal(await next, null);
});

test('a lease is asked for under an id of the page, so that a lost answer shuts nobody out', async () => {
  const { calls, leases } = page();
  const ask = leases.api.takeLease;
  leases.api.takeLease = (...given) => (ask(...given), Promise.reject(new Error('no answer')));
  leases.take('3', 'editing', () => {});
  assert.equal(await leases.idOf('3'), null);
  const [[, first]] = calls;
  assert.match(first, /^[0-9a-f-]{36}$/);
  clearInterval(leases.held.get('3').timer);
});
