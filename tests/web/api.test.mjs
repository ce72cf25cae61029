// What the page makes of the server's answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { COLUMNS, item, later, world } from './world.mjs';

const { Api, OutcomeUnknown, Refusal } = await import('../../web/api.js');

test('a lease is held, and named again, while it is unknown whether a change happened', async () => {
  const sent = [];
  const page = world({
    send: async (operation, revision, lease) => {
      sent.push(lease);
      if (sent.length === 1) throw new OutcomeUnknown();
      return item(0, { list: 'doing' }, 'new');
    },
  });
  page.state.put(item(0));
  page.leases.take('0', 'dragging', () => {});
  const move = page.act({ kind: 'change', task: '0', list: 'doing', lease: page.leases.held.get('0') });
  await later();
  assert.deepEqual(page.calls.map(([what]) => what), ['take']);
  move.retryAt = 0;
  page.outbox.pump();
  await later();
  assert.equal(sent.length, 2);
  assert.ok(sent[0] && sent[0] === sent[1]);
  page.leases.drop('0');
});

test('a failure that the server does not tell of itself says nothing of the outcome', async (t) => {
  const headers = { 'Content-Type': 'text/html' };
  t.mock.method(globalThis, 'fetch', async () => new Response('<h1>502 Bad Gateway</h1>', { status: 502, headers }));
  const api = new Api(COLUMNS, async () => '');
  await assert.rejects(api.send({ kind: 'add', id: 'x', name: 'a', list: 'todo' }), OutcomeUnknown);
});

test('a task that has no id yet is no neighbour for the server', async (t) => {
  const bodies = [];
  t.mock.method(globalThis, 'fetch', async (path, { body }) => (bodies.push(JSON.parse(body)), Response.json({ id: 1 })));
  await new Api(COLUMNS, async () => '').send({ kind: 'add', id: 'x', name: 'a', after: 'new-1', before: '0', restore: 'new-2' });
  assert.deepEqual(bodies, [{ name: 'a', before: 0 }]);
});

for (const status of [429, 502, 503, 507]) {
  test(`a refusal with ${status} of a repetition says nothing of the first try`, async () => {
    const answers = [new OutcomeUnknown(), new Refusal(status, {}, '1')];
    const page = world({ send: async () => Promise.reject(answers.shift()) });
    const add = page.act({ kind: 'add', task: 'new-1', name: 'x', list: 'todo', at: 'bottom' });
    await later();
    add.retryAt = 0;
    page.outbox.pump();
    await later();
    assert.equal(answers.length, 0);
    assert.equal(add.phase, 'unknown');
    assert.deepEqual(page.log, []);
  });
}

for (const status of [401, 403, 404, 429]) {
  test(`a ${status} of a tunnel that the board is not behind says nothing of the outcome`, async (t) => {
    const headers = { 'Content-Type': 'text/html' };
    t.mock.method(globalThis, 'fetch', async () => new Response('<h1>Offline</h1>', { status, headers }));
    const api = new Api(COLUMNS, async () => '');
    await assert.rejects(api.send({ kind: 'remove', task: '1' }), OutcomeUnknown);
  });
}

test('what may have happened keeps its key though its neighbour is gone', async () => {
  const ids = [];
  const answers = [new OutcomeUnknown(), new Refusal(409, { neighbour: 3 }), new OutcomeUnknown()];
  const page = world({ send: async ({ id }) => (ids.push(id), Promise.reject(answers.shift())) });
  const add = page.act({ kind: 'add', task: 'new-1', name: 'x', list: 'todo', after: '3' });
  await later();
  add.retryAt = 0;
  page.outbox.pump();
  for (let n = 0; n < 3; n++) await later();
  assert.equal(ids.length, 3);
  assert.equal(new Set(ids).size, 1);
});
