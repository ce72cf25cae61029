// The line, with a client of the SDK that does what the test says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Api } from '../../web/api.js';
import { SyncLine } from '../../web/sync.js';

const grant = { token: 't', expires_in: 3600, sync: { list: 'tasks', leases: 'leases', options: {} } };
const settings = { retryPolicy: { min: 1, max: 1 }, watchMs: 1e6, grantLimitMs: 0, reachMs: 1, renewAgainMs: 5000, probeLimitMs: 3000 };

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
  const line = new SyncLine({ token, reach: async () => 1 }, listener);
  line.start({ ...settings, answerMs: 1 }, false);
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

/** A line that is live, on a clock of the test's own: its client, its List, and what was said. */
async function liveLine(t) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1e12 });
  const said = startLine();
  await until(() => Client.made[0]?.opens.map);
  const [client, list] = [Client.made[0], sdkObject()];
  client.opens.list(list);
  client.opens.map(sdkObject());
  await until(() => said('end').length);
  client.state('connected');
  return { client, list, line: said('line'), said };
}

async function pass(t, ms) {
  t.mock.timers.tick(ms);
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
}

test('a line that is silent after a question is given up', async (t) => {
  const { line, client } = await liveLine(t);
  line.check(7);
  await pass(t, 2999);
  assert.equal(line.link.client, client);
  await pass(t, 1);
  assert.equal(line.link.client, null);
});

test('a line on which events still come is not given up for a late answer', async (t) => {
  const { line, client, list } = await liveLine(t);
  line.check(7);
  await pass(t, 2000);
  list.heard.itemRemoved({ index: 1 });
  await pass(t, 2999);
  assert.equal(line.link.client, client);
  await pass(t, 1);
  assert.equal(line.link.client, null);
});

test('a slow line is given the time of four answers', async (t) => {
  const { line, client } = await liveLine(t);
  line.answerMs = 2000;
  line.check(7);
  await pass(t, 7999);
  assert.equal(line.link.client, client);
});

test('the page gets its word back once its question is answered', async (t) => {
  const { line, client, said } = await liveLine(t);
  line.check(7);
  await pass(t, 1000);
  assert.deepEqual(said('alive'), []);
  client.opens.list(null);
  await until(() => said('alive').length);
  assert.deepEqual(said('alive'), [[7]]);
});

test('an answer on a line that was given up meanwhile proves nothing', async (t) => {
  const { line, client, list, said } = await liveLine(t);
  line.check(7);
  const answer = client.opens.list;
  list.heard.failure();
  answer(null);
  await pass(t, 0);
  assert.deepEqual(said('alive'), []);
});

/** A server whose answers take so long, and what it counts of the questions that are under way. */
function slowServer(t, answersAfterMs) {
  const asked = { now: 0, most: 0 };
  t.mock.method(globalThis, 'fetch', (path, { signal }) => new Promise((answer, reject) => {
    asked.most = Math.max(asked.most, (asked.now += 1));
    const end = (settle) => (value) => (asked.now -= 1, settle(value));
    setTimeout(() => signal.aborted || end(answer)({}), answersAfterMs);
    signal.addEventListener('abort', end(reject));
  }));
  return asked;
}

test('a server slower than the questions are frequent is reached, and its slowness known', async (t) => {
  slowServer(t, 80);
  assert.ok(await new Api([], async () => '').reach(20) >= 79);
});

test('a server that does not answer is asked no more than two questions at once', async (t) => {
  const asked = slowServer(t, 80);
  await new Api([], async () => '').reach(20);
  assert.equal(asked.most, 2);
});
