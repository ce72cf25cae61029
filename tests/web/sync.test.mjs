// The line, with a client of the SDK that does what the test says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SyncLine } from '../../web/sync.js';

const grant = { token: 't', expires_in: 3600, sync: { list: 'tasks', leases: 'leases', options: {} } };
const settings = { retryPolicy: { min: 1, max: 1 }, watchMs: 1e6, grantLimitMs: 0, reachMs: 1, renewAgainMs: 5000 };

/** A client whose objects open when the test calls `opens.list` or `opens.map`. */
class Client {
  static made = [];

  constructor() {
    Client.made.push(this);
    this.opens = {};
    for (const kind of ['list', 'map']) this[kind] = () => new Promise((open) => (this.opens[kind] = open));
  }

  on(name, hear) {
    if (name === 'connectionStateChanged') this.state = hear;
  }

  removeAllListeners() {}

  async shutdown() {}
}

/** An object of the SDK with these Items; `heard` are its listeners. */
function sdkObject(items = []) {
  const heard = {};
  const on = (name, hear) => (heard[name] = hear);
  return { heard, on, getItems: async () => ({ items, hasNextPage: false }) };
}

function startLine(token = async () => grant) {
  globalThis.Twilio = { Sync: { Client } };
  globalThis.addEventListener = () => {};
  Client.made = [];
  const said = [];
  const listener = new Proxy({}, { get: (_, name) => (...args) => said.push([name, ...args]) });
  const line = new SyncLine({ token, reach: async () => {} }, listener);
  line.start(settings, false);
  return (name) => (name === 'line' ? line : said.filter(([word]) => word === name).map(([, ...args]) => args));
}

async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

test('a client that was let go begins no snapshot', async (t) => {
  t.mock.method(globalThis, 'setInterval', () => {});
  const said = startLine();
  await until(() => Client.made[0]?.opens.map);
  const leases = sdkObject();
  Client.made[0].opens.map(leases);
  await until(() => leases.heard.failure);
  leases.heard.failure();
  await until(() => Client.made[1]?.opens.list);
  const [late, now] = [sdkObject(), sdkObject([{ index: 0, revision: '1', data: { name: 'a' }, more: () => {} }])];
  Client.made[1].opens.list(now);
  await until(() => said('read').length);
  Client.made[0].opens.list(late);
  Client.made[1].opens.map(sdkObject());
  await until(() => said('end').length);
  assert.equal(said('begin').length, 1);
});

test('what leaves the worker is plain data', async (t) => {
  t.mock.method(globalThis, 'setInterval', () => {});
  const said = startLine();
  await until(() => Client.made[0]?.opens.map);
  const item = { index: 0, revision: '1', data: { name: 'a' }, update: () => {} };
  const list = sdkObject([item]);
  Client.made[0].opens.list(list);
  Client.made[0].opens.map(sdkObject());
  await until(() => said('end').length);
  list.heard.itemUpdated({ item: { ...item, revision: '2' } });
  const plain = (revision) => ({ index: 0, revision, data: { name: 'a' } });
  assert.deepEqual([said('read')[0], said('put')[0]], [[[plain('1')]], [plain('2')]]);
});

test('a token that cannot be had for a moment does not cut a line that is up', async (t) => {
  t.mock.method(globalThis, 'setInterval', () => {});
  let asked = 0;
  const said = startLine(async () => {
    if (++asked > 1) throw new Error('503');
    return grant;
  });
  await until(() => Client.made[0]?.opens.map);
  Client.made[0].state('connected');
  const line = said('line');
  line.renewAt = 0;
  line.look(false);
  await until(() => line.renewAt);
  assert.equal(line.link.client, Client.made[0]);
  assert.ok(line.renewAt < line.lapsesAt);
});
